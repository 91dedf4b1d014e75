-- The store's owner and the record of what happened. First migration: no older server can run beside it.
create table store_epoch (id bigint primary key, epoch bigint not null);
insert into store_epoch (id, epoch) values (1, 0);

create table event (
  seq serial_id,
  workspace text not null default 'default',
  at_ms bigint not null,
  kind text not null,
  subject text not null,
  body text not null
);
create index event_subject on event (subject, seq);
