-- Operations: one row for every write that was asked for, made before it is sent and never deleted.
create table operations (
  id uuid primary key,
  number bigint generated always as identity unique,
  idempotency_key text not null,
  caller text not null,
  action text not null,
  account text not null,
  input jsonb not null,
  fingerprint text not null,
  state text not null check (state in ('PENDING', 'SUCCEEDED', 'REJECTED', 'UNKNOWN', 'NEEDS_REVIEW')),
  -- What no other operation may be about while this one holds it.
  hold text unique,
  -- Whether only a certain refusal lets go of it.
  exclusive boolean not null default false,
  sends integer not null default 1,
  object jsonb,
  failure jsonb,
  settled_by text check (settled_by in ('ANSWER', 'READING', 'INFERRED')),
  created_at timestamptz(3) not null default now(),
  sent_at timestamptz(3) not null default now(),
  settled_at timestamptz(3),
  -- The process that is sending it: a dead one will never tell how it ended.
  owner bigint not null,
  checks integer not null default 0,
  next_check_at timestamptz(3),
  unique (caller, idempotency_key)
);
create index operations_unsettled on operations (next_check_at) where state = 'UNKNOWN';
create index operations_pending on operations (owner) where state = 'PENDING';
create index operations_by_object on operations (account, (object ->> 'hash')) where object is not null;

-- Static wallets that were learned of: providers can neither list them nor read one back.
create table static_wallets (
  id bigint generated always as identity primary key,
  account text not null,
  uuid text,
  order_id text,
  address text,
  network text,
  currency text,
  payment_url text,
  status text not null,
  raw_status text,
  refund jsonb,
  refund_spent boolean not null default false,
  origin text not null,
  learned_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  unique (account, uuid),
  unique (account, order_id),
  check (uuid is not null or order_id is not null)
);

-- Payouts that were learned of, at providers that cannot list them.
create table payouts (
  id bigint generated always as identity primary key,
  account text not null,
  order_id text not null,
  uuid text,
  created_at timestamptz(3) not null,
  origin text not null,
  learned_at timestamptz(3) not null default now(),
  unique (account, order_id)
);
create index payouts_by_time on payouts (account, created_at, id);
create index payouts_by_uuid on payouts (account, uuid);
