-- Rules of kept topics that were removed go on as they were. Newest events of topics are trimmed by number and size.

alter table kept_rule add column max_age bigint;  -- as the rule was configured last; null if that isn't known yet
alter table kept_rule add column max_size bigint;

-- Deletes some events of a rule that is configured; returns whether there may be more.
create function trim_kept_4(of_rule text, keep bigint, max_bytes bigint) returns boolean language plpgsql as $$
begin
  update kept_rule set max_age = keep, max_size = max_bytes
    where rule = of_rule and (max_age, max_size) is distinct from (keep, max_bytes);
  return trim_kept_2(of_rule, keep, max_bytes);
end $$;

-- Deletes some events of rules that aren't configured any more; returns whether there may be more.
create function trim_removed_4(configured text[]) returns boolean language plpgsql as $$
declare
  k kept_rule%rowtype;
  more boolean := false;
begin
  for k in select * from kept_rule where events > 0 and max_age is not null and rule <> all (configured) order by rule loop
    more := trim_kept_2(k.rule, k.max_age, k.max_size) or more;
  end loop;
  return more;
end $$;

-- Deletes newest events beyond a number of topics or a size; topics that begin with one of the longer prefixes don't count.
-- Returns whether there may be more. The head is locked only if there is something to delete.
create function trim_last_4(prefix text, longer text[], topics bigint, max_bytes bigint)
returns boolean language plpgsql as $$
declare
  ts bigint := now_ms_1();
  present bigint;
  size bigint;
  keys text[];
  numbers bigint[];
  blobs text[];
  gone text;
begin
  select count(*), coalesce(sum(length), 0) into present, size from last_event e
    where starts_with(e.topic, prefix) and not exists (select from unnest(longer) l where starts_with(e.topic, l));
  if present <= topics and size <= max_bytes then
    return false;
  end if;
  select array_agg(pk), array_agg(seq) into keys, numbers from (
    select pk, seq from (
      select pk, seq, row_number() over newest_first as nth, sum(length) over newest_first as total from last_event e
        where starts_with(e.topic, prefix) and not exists (select from unnest(longer) l where starts_with(e.topic, l))
        window newest_first as (order by seq desc rows unbounded preceding)) ranked
      where nth > topics or total > max_bytes order by seq limit 4096) candidate;
  perform from head for update;
  with deleted as (
    delete from last_event e using unnest(keys, numbers) c(pk, seq) where e.pk = c.pk and e.seq = c.seq
      returning e.blob)
    select array_agg(blob) filter (where blob is not null) into blobs from deleted;
  foreach gone in array coalesce(blobs, '{}') loop
    perform release_1(gone, ts);
  end loop;
  return coalesce(cardinality(keys), 0) = 4096;
end $$;
