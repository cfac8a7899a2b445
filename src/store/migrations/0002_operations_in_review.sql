-- Those that wait for a person are counted for the metrics, and are few among many.
create index operations_in_review on operations (created_at) where state = 'NEEDS_REVIEW';
