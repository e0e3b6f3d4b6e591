-- Events of kept topics. They are numbered by head.seq, as entries of the journal are. Where a function of the first
-- version is replaced, hubs of that version may call it as before.

create table kept (
  seq bigint primary key,
  time bigint not null,               -- when it was appended
  rule text collate "C",              -- the prefix of the rule that keeps it; null if only the newest one is kept
  topic text collate "C" not null,
  author text not null,
  received bigint not null,
  length int not null,
  event bytea,                        -- null if it is in a blob
  blob text collate "C",
  writer uuid not null,               -- with batch and item: which event of which hub it is
  batch bigint not null,
  item int not null
);
create index kept_rule_seq on kept (rule, seq);
create index kept_blob on kept (blob) where blob is not null;

create table kept_rule (
  rule text collate "C" primary key,
  trimmed bigint not null,            -- number of the newest event that was deleted
  events bigint not null,
  bytes bigint not null
) with (fillfactor = 10);

create table last_event (
  topic text collate "C" not null,
  seq bigint not null,
  rule text collate "C",              -- as in kept
  author text not null,
  received bigint not null,
  length int not null,
  event bytea,
  blob text collate "C",
  writer uuid not null,
  batch bigint not null,
  item int not null,
  pk text collate "C" not null generated always as (key_1(topic)) stored,
  primary key (pk)
);
create index last_event_blob on last_event (blob) where blob is not null;
create index last_event_seq on last_event (seq);

create table kept_identity (
  identity bytea primary key,
  seq bigint not null,
  expires bigint not null
);
create index kept_identity_expires on kept_identity (expires);

-- The latest batch of each start of a hub.
create table kept_batch (
  writer uuid primary key,
  batch bigint not null,
  time bigint not null,
  numbers bigint[] not null,
  repeated boolean[] not null
) with (fillfactor = 10);

create function is_used_2(of_blob text) returns boolean language sql stable as $$
  select exists (select from stored_record where blob = of_blob)
    or exists (select from draft_part where blob = of_blob)
    or exists (select from kept where blob = of_blob)
    or exists (select from last_event where blob = of_blob)
$$;

-- A blob is dead once nothing has it.
create or replace function release_1(released text, ts bigint) returns void language plpgsql as $$
begin
  if not is_used_2(released) then
    insert into dead (blob, since) values (released, ts) on conflict do nothing;
  end if;
end $$;

create or replace function condemn_1(blobs text[]) returns setof text language plpgsql as $$
begin
  perform from head for update;
  perform pg_advisory_xact_lock(4710021, 1);
  return query
    with free as (select distinct b from unnest(blobs) b where not is_used_2(b)),
    condemned as (
      insert into dead as d (blob, since) select b, now_ms_1() from free
        on conflict (blob) do update set forgotten = null returning d.blob)
    select blob::text from condemned;
end $$;

-- Trims some entries; returns whether there may be more. Their numbers have gaps.
create or replace function trim_1(keep bigint, max_bytes bigint) returns boolean language plpgsql as $$
declare
  h head%rowtype;
  now bigint := now_ms_1();
  last bigint;
  cut bigint;
  freed bigint;
begin
  select * into h from head for update;
  select max(seq), max(seq) filter (where time < now - keep or before < h.bytes - max_bytes) into last, cut from (
    select seq, time, sum(bytes) over (order by seq) - bytes as before
      from (select seq, time, bytes from journal where seq > h.trimmed order by seq limit 4096) candidate) j;
  if cut is not null then
    with gone as (delete from journal where seq <= cut returning bytes)
      select coalesce(sum(bytes), 0) into freed from gone;
    update head set trimmed = cut, bytes = greatest(0, bytes - freed);
  end if;
  return coalesce(cut = last and cut < h.seq, false);
end $$;

-- Another journal is imported: events of the former one have no place in it.
create function drop_kept_2() returns trigger language plpgsql as $$
declare
  blobs text[];
begin
  select array_agg(blob) into blobs
    from (select blob from kept union select blob from last_event) b where blob is not null;
  delete from kept;
  delete from kept_rule;
  delete from last_event;
  delete from kept_identity;
  delete from kept_batch;
  insert into dead (blob, since) select b, now_ms_1() from unnest(blobs) b on conflict do nothing;
  return null;
end $$;
create trigger drop_kept after update of epoch on head for each row
  when (old.epoch <> new.epoch) execute function drop_kept_2();

-- Appends a batch of events, or returns what was answered before. Newest: 0 unchanged, 1 replaced, 2 removed. The lock on
-- the head ends with the transaction, which is this statement.
create function keep_2(
  of_writer uuid, of_batch bigint, rules text[], topics text[], authors text[], times bigint[], lengths bigint[],
  events bytea[], blobs text[], newest bigint[], identities text[], windows bigint[])
returns table (number bigint, is_repeated boolean) language plpgsql as $$
#variable_conflict use_column
declare
  h head%rowtype;
  known kept_batch%rowtype;
  ts bigint;
  last bigint;
  hash bytea;
  earlier bigint;
  numbers bigint[] := '{}';
  repeats boolean[] := '{}';
  replaced text[];
  gone text;
begin
  select * into h from head for update;
  if h.importing is not null then
    raise exception 'an import into the ledger is not finished';
  end if;
  select * into known from kept_batch b where b.writer = of_writer;
  if found and known.batch >= of_batch then
    if known.batch > of_batch then
      raise exception 'a later batch of events was appended';
    end if;
    return query select n, r from unnest(known.numbers, known.repeated) with ordinality u(n, r, o) order by o;
    return;
  end if;
  if exists (select from dead d where d.blob = any (blobs)) then
    raise exception 'the blob of an event was given up';
  end if;
  ts := greatest(h.time, now_ms_1());
  last := h.seq;
  if not exists (select from unnest(identities) i where i is not null) then
    numbers := array(select last + i from generate_series(1, cardinality(topics)) i order by i);
    repeats := array_fill(false, array[cardinality(topics)]);
    last := last + cardinality(topics);
  else
    for i in 1 .. cardinality(topics) loop
      earlier := null;
      if identities[i] is not null then
        hash := sha256(convert_to(identities[i], 'UTF8'));
        select k.seq into earlier from kept_identity k where k.identity = hash and k.expires > ts;
      end if;
      if earlier is null then
        last := last + 1;
        if identities[i] is not null then
          insert into kept_identity values (hash, last, ts + windows[i])
            on conflict (identity) do update set seq = excluded.seq, expires = excluded.expires;
        end if;
      end if;
      numbers := numbers || coalesce(earlier, last);
      repeats := repeats || (earlier is not null);
    end loop;
  end if;

  insert into kept
    select n, ts, rule, topic, author, received, length, event, blob, of_writer, of_batch, item - 1
      from unnest(numbers, repeats, rules, topics, authors, times, lengths, events, blobs) with ordinality
        u(n, r, rule, topic, author, received, length, event, blob, item)
      where not r;
  insert into kept_rule as k
    select rule, 0, count(*), sum(length) from unnest(rules, lengths, repeats) u(rule, length, r)
      where rule is not null and not r group by rule order by rule
    on conflict (rule) do update set events = k.events + excluded.events, bytes = k.bytes + excluded.bytes;

  if exists (select from unnest(newest) w where w > 0) then
    select array_agg(e.blob) into replaced
      from last_event e where e.blob is not null and e.pk in (
        select key_1(topic) from unnest(topics, newest, repeats) u(topic, w, r) where w > 0 and not r);
    with changed as (
      select distinct on (topic) * from (
          select n, r, w, topic collate "C" as topic, rule, author, received, length, event, blob, item
            from unnest(numbers, repeats, newest, topics, rules, authors, times, lengths, events, blobs) with ordinality
              u(n, r, w, topic, rule, author, received, length, event, blob, item)) e
        where w > 0 and not r order by topic, n desc),
    removed as (
      delete from last_event e using changed c where c.w = 2 and e.pk = key_1(c.topic))
    insert into last_event as e (topic, seq, rule, author, received, length, event, blob, writer, batch, item)
      select topic, n, rule, author, received, length, event, blob, of_writer, of_batch, item - 1
        from changed where w = 1
      on conflict (pk) do update set seq = excluded.seq, rule = excluded.rule, author = excluded.author,
        received = excluded.received, length = excluded.length, event = excluded.event, blob = excluded.blob,
        writer = excluded.writer, batch = excluded.batch, item = excluded.item;
    foreach gone in array coalesce(replaced, '{}') loop
      perform release_1(gone, ts);
    end loop;
  end if;

  update head set seq = last, time = ts;
  insert into kept_batch values (of_writer, of_batch, ts, numbers, repeats)
    on conflict (writer) do update set batch = excluded.batch, time = excluded.time, numbers = excluded.numbers,
      repeated = excluded.repeated;
  return query select n, r from unnest(numbers, repeats) with ordinality u(n, r, o) order by o;
end $$;

-- Deletes some events of a rule; returns whether there may be more.
create function trim_kept_2(of_rule text, keep bigint, max_bytes bigint) returns boolean language plpgsql as $$
declare
  k kept_rule%rowtype;
  ts bigint := now_ms_1();
  last bigint;
  cut bigint;
  freed bigint;
  deleted bigint;
  blobs text[];
  gone text;
begin
  perform pg_advisory_xact_lock_shared(4710021, 1);
  select * into k from kept_rule where rule = of_rule for update;
  select max(seq), max(seq) filter (where time < ts - keep or before < k.bytes - max_bytes) into last, cut from (
    select seq, time, sum(length) over (order by seq) - length as before from (
      select seq, time, length from kept
        where rule = of_rule order by seq limit 4096) candidate) j;
  if cut is null then
    return false;
  end if;
  with deleted as (
    delete from kept where rule = of_rule and seq <= cut
      returning length, blob)
    select coalesce(sum(length), 0), count(*), array_agg(blob) filter (where blob is not null)
      into freed, deleted, blobs from deleted;
  update kept_rule set trimmed = greatest(trimmed, cut), events = events - deleted, bytes = bytes - freed
    where rule = of_rule;
  foreach gone in array coalesce(blobs, '{}') loop
    perform release_1(gone, ts);
  end loop;
  return cut = last;
end $$;

-- Deletes newest events beyond a number of topics; returns whether there may be more.
create function trim_last_2(prefix text, topics bigint) returns boolean language plpgsql as $$
declare
  more bigint;
  ts bigint := now_ms_1();
  blobs text[];
  gone text;
begin
  perform from head for update;
  select count(*) - topics into more from last_event where starts_with(topic, prefix);
  if more <= 0 then
    return false;
  end if;
  with deleted as (
    delete from last_event where pk in (
        select pk from last_event where starts_with(topic, prefix) order by seq limit least(more, 4096))
      returning blob)
    select array_agg(blob) filter (where blob is not null) into blobs from deleted;
  foreach gone in array coalesce(blobs, '{}') loop
    perform release_1(gone, ts);
  end loop;
  return more > 4096;
end $$;

-- Forgets some of what else is no longer needed, such as events that no rule keeps; returns whether there may be more.
create function forget_kept_2(remembered bigint, unruled bigint) returns boolean language plpgsql as $$
declare
  ts bigint := now_ms_1();
  identities int;
  events int;
  blobs text[];
  gone text;
begin
  perform pg_advisory_xact_lock_shared(4710021, 1);
  delete from kept_batch where time < ts - remembered;
  delete from kept_identity where identity in (
    select identity from kept_identity where expires <= ts limit 4096 for update skip locked);
  get diagnostics identities = row_count;
  with deleted as (
    delete from kept where seq in (
        select seq from kept where rule is null and time < ts - unruled order by seq limit 4096)
      returning blob)
    select count(*), array_agg(blob) filter (where blob is not null) into events, blobs from deleted;
  foreach gone in array coalesce(blobs, '{}') loop
    perform release_1(gone, ts);
  end loop;
  return greatest(identities, events) = 4096;
end $$;
