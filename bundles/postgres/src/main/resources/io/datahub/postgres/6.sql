-- Newest events of a rule that was removed are deleted after a while. Trimming newest events reads them all once, and not for
-- each batch of what it deletes.

-- The rules for newest events that hubs have, or had.
create table last_rule (
  prefix text collate "C" primary key,
  seen bigint not null,               -- when a hub last had it, or it was last found unused
  unused bigint not null              -- for how many milliseconds no hub had it, while there were hubs that swept
) with (fillfactor = 10);

-- Events from before this version may be of any rule.
insert into last_rule select '', now_ms_1(), 0 where exists (select from last_event);

-- Notes the rules that a hub has, as each does once a minute.
create function use_last_6(prefixes text[]) returns void language sql as $$
  insert into last_rule select p, now_ms_1(), 0 from unnest(prefixes) p order by p
    on conflict (prefix) do update set seen = excluded.seen, unused = 0
$$;

-- Deletes some newest events that only rules cover which no hub has had for a time; returns whether there may be more. A time
-- in which nothing was swept counts as two minutes: hubs that were all stopped have their rules still.
create function forget_last_6(max_unused bigint) returns boolean language plpgsql as $$
declare
  ts bigint := now_ms_1();
  removed text;
  deleted int;
  blobs text[];
  gone text;
begin
  update last_rule set unused = unused + least(ts - seen, 120000), seen = ts where seen < ts - 120000;
  select prefix into removed from last_rule where unused > max_unused order by prefix limit 1;
  if removed is null then
    return false;
  end if;
  perform from head for update;
  with deleted as (
    delete from last_event where pk in (
        select pk from last_event e
          where pk >= left(removed, 300) and pk < left(removed, 300) || U&'\+10FFFF' and starts_with(topic, removed)
            and received < ts - max_unused
            and not exists (select from last_rule r where r.unused <= max_unused and starts_with(e.topic, r.prefix))
          limit 4096)
      returning blob)
    select count(*), array_agg(blob) filter (where blob is not null) into deleted, blobs from deleted;
  foreach gone in array coalesce(blobs, '{}') loop
    perform release_1(gone, ts);
  end loop;
  if deleted < 4096 then
    delete from last_rule where prefix = removed and unused > max_unused;
  end if;
  return true;
end $$;

-- The number up to which newest events are beyond a number of topics or a size, or null; topics that begin with one of the
-- longer prefixes don't count.
create function last_beyond_6(prefix text, longer text[], topics bigint, max_bytes bigint)
returns bigint language plpgsql as $$
declare
  present bigint;
  size bigint;
  beyond bigint;
begin
  select count(*), coalesce(sum(length), 0) into present, size from last_event e
    where starts_with(e.topic, prefix) and not exists (select from unnest(longer) l where starts_with(e.topic, l));
  if present <= topics and size <= max_bytes then
    return null;
  end if;
  select max(seq) into beyond from (
    select seq, row_number() over newest_first as nth, sum(length) over newest_first as total from last_event e
      where starts_with(e.topic, prefix) and not exists (select from unnest(longer) l where starts_with(e.topic, l))
      window newest_first as (order by seq desc rows unbounded preceding)) ranked
    where nth > topics or total > max_bytes;
  return beyond;
end $$;

-- Deletes some newest events whose numbers are after one and up to another; returns the number after which there may be more,
-- or null.
create function trim_last_6(prefix text, longer text[], after bigint, up_to bigint) returns bigint language plpgsql as $$
declare
  ts bigint := now_ms_1();
  numbers bigint[];
  blobs text[];
  gone text;
begin
  select array_agg(seq order by seq) into numbers from (
    select seq from last_event e
      where seq > after and seq <= up_to
        and starts_with(e.topic, prefix) and not exists (select from unnest(longer) l where starts_with(e.topic, l))
      order by seq limit 4096) candidate;
  if numbers is null then
    return null;
  end if;
  perform from head for update;
  with deleted as (
    delete from last_event where seq = any (numbers) returning blob)
    select array_agg(blob) filter (where blob is not null) into blobs from deleted;
  foreach gone in array coalesce(blobs, '{}') loop
    perform release_1(gone, ts);
  end loop;
  return case when cardinality(numbers) = 4096 then numbers[4096] end;
end $$;

-- Ends an import. Events that the home has kept aren't imported; they get one number, which counts as deleted for all topics.
create function finish_import_6(oldest bigint, newest bigint, has_kept boolean) returns boolean language plpgsql as $$
begin
  perform from head for update;
  if exists (select from head where importing is null and seq = newest + has_kept::int and trimmed = oldest) then
    return true; -- the answer was lost
  end if;
  if not finish_import_1(oldest, newest) then
    return false;
  end if;
  if has_kept then
    update head set seq = newest + 1;
    insert into kept_rule (rule, trimmed, events, bytes) values ('', newest + 1, 0, 0);
  end if;
  return true;
end $$;
