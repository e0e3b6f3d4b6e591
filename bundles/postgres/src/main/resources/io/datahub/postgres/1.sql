-- Times are milliseconds since 1970, except modified of records and entries: nanoseconds since 1970. Texts that only
-- hubs read are JSON. Names of functions end in a version: a later one is added beside it, so that hubs of two versions
-- run on one ledger.

create table head (
  one boolean primary key default true check (one),
  id text not null,
  epoch text not null,
  seq bigint not null default 0,      -- number of the newest entry
  trimmed bigint not null default 0,  -- number before the oldest entry
  time bigint not null default 0,     -- of the newest entry
  bytes bigint not null default 0,    -- estimated size of the journal
  importing text                      -- the epoch of an import that isn't finished
) with (fillfactor = 10);

-- The key of what is in a directory: its path, or for a long one its beginning and its hash, since an index has no room
-- for it. A directory's key is before those of the directories below it.
create function key_1(path text) returns text language sql immutable parallel safe as $$
  select case when octet_length(path) <= 1500 then path
    else left(path, 350) || U&'\+10FFFF' || lpad(octet_length(path)::text, 5, '0')
      || encode(sha256(convert_to(path, 'UTF8')), 'hex') end
$$;

create table stored_record (
  parent text collate "C" not null,
  name text collate "C" not null,
  etag text not null,
  size bigint not null,
  sha256 text not null,
  blob text collate "C" not null,
  owner text collate "C" not null,
  modified bigint not null,
  client text,
  seq bigint not null,
  pk text collate "C" not null generated always as (key_1(parent)) stored,
  primary key (pk, name)
);
create index stored_record_blob on stored_record (blob);

create table directory (
  parent text collate "C" not null,
  name text collate "C" not null,
  modified bigint not null,
  made boolean not null,
  pk text collate "C" not null generated always as (key_1(parent)) stored,
  primary key (pk, name)
) with (fillfactor = 50);

create table journal (
  seq bigint primary key,
  time bigint not null,
  kind smallint not null,             -- 0 created, 1 updated, 2 deleted, 3 rejected; others are for later
  path text collate "C" not null,
  size bigint not null,
  modified bigint not null,
  etag text,
  sha256 text,
  client text,
  author text not null,
  validators text,
  violations text,
  payload bytea,                      -- for later kinds
  bytes int not null
);

create table attempt (
  id uuid primary key,
  time bigint not null,
  refusal text,                       -- null if it was committed
  first bigint not null,
  entries int not null,
  changed boolean not null,
  parent text collate "C",            -- of the refused operation
  name text collate "C",
  limit_no int                        -- the limit that would have been exceeded
);
create index attempt_time on attempt using brin (time);

create table dead (
  blob text collate "C" primary key,
  since bigint not null,
  forgotten bigint                    -- when it was deleted; null before
);
create index dead_since on dead (since, blob) where forgotten is null;
create index dead_forgotten on dead (forgotten) where forgotten is not null;

create table draft (
  name text collate "C" primary key,
  owner text collate "C" not null,
  path text collate "C" not null,
  length bigint,
  size bigint not null,
  etag text not null,
  notes text not null,
  state text not null,
  generation bigint not null,
  expires bigint not null,
  committed boolean not null
);
create index draft_owner on draft (owner);
create index draft_expires on draft (expires);

create table draft_part (
  draft text collate "C" not null references draft on delete cascade,
  number int not null,
  blob text collate "C" not null,
  length bigint not null,
  primary key (draft, number)
);
create index draft_part_blob on draft_part (blob);

create table usage (
  kind smallint not null,             -- 0 a prefix, 1 an owner, 2 that owners are counted
  subject text collate "C" not null,
  bytes bigint not null,
  files bigint not null,
  primary key (kind, subject)
) with (fillfactor = 10);

create table hub (
  instance uuid primary key,
  name text collate "C" not null,
  address text not null,
  tail bigint not null,
  seen bigint not null
) with (fillfactor = 10);

create table state (
  adapter text collate "C" not null,
  key text collate "C" not null,
  value bytea not null,
  revision bigint not null,
  expires bigint,
  primary key (adapter, key)
);
create index state_expires on state (expires) where expires is not null;

create table state_size (
  adapter text collate "C" primary key, -- empty for all adapters
  bytes bigint not null,
  revision bigint not null            -- of the latest update of all
) with (fillfactor = 10);
insert into state_size values ('', 0, 0);

create function now_ms_1() returns bigint language sql volatile as $$
  select floor(extract(epoch from clock_timestamp()) * 1000)::bigint
$$;

insert into head (id, epoch)
  values (replace(gen_random_uuid()::text, '-', ''), left(replace(gen_random_uuid()::text, '-', ''), 12));
insert into directory values ('', '', now_ms_1(), true);

create function parent_1(path text) returns text language sql immutable as $$
  select coalesce(substring(path from '^(.*)/[^/]*$'), '')
$$;

create function name_1(path text) returns text language sql immutable as $$
  select substring(path from '[^/]*$')
$$;

create function path_1(parent text, name text) returns text language sql immutable as $$
  select case when parent = '' then name else parent || '/' || name end
$$;

-- The number of bytes that an entry takes, roughly.
create function entry_bytes_1(path text, author text, validators text, violations text) returns int
language sql immutable as $$
  select 250 + octet_length(path) + octet_length(author) + coalesce(octet_length(validators), 0)
    + coalesce(octet_length(violations), 0)
$$;

-- A blob is dead once nothing has it.
create function release_1(released text, ts bigint) returns void language plpgsql as $$
begin
  if not exists (select from stored_record where blob = released)
      and not exists (select from draft_part where blob = released) then
    insert into dead (blob, since) values (released, ts) on conflict do nothing;
  end if;
end $$;

-- An entry was added to a directory, or removed; creates it with its parents if it is missing.
create function touch_1(path text, ts bigint) returns void language plpgsql as $$
declare
  p text := path;
  pp text;
  pn text;
  was bigint;
begin
  loop
    pp := parent_1(p);
    pn := name_1(p);
    select modified into was from directory where pk = key_1(pp) and name = pn;
    if found then
      if was < ts then
        update directory set modified = ts where pk = key_1(pp) and name = pn;
      end if;
      return;
    end if;
    insert into directory values (pp, pn, ts, false);
    p := pp;
  end loop;
end $$;

-- Whether a path's parent, or one of its parents, is a record.
create function below_record_1(path text) returns boolean language plpgsql as $$
declare
  p text := path;
  pp text;
  pn text;
begin
  loop
    pp := parent_1(p);
    pn := name_1(p);
    if exists (select from directory where pk = key_1(pp) and name = pn) then
      return false;
    elsif exists (select from stored_record where pk = key_1(pp) and name = pn) then
      return true;
    end if;
    p := pp;
  end loop;
end $$;

create function count_1(path text, who text, more_bytes bigint, more_files bigint) returns void
language plpgsql as $$
begin
  if path <> 'broker_users.xml' then
    update usage set bytes = bytes + more_bytes, files = files + more_files
      where kind = 0 and starts_with(path, subject);
    if who <> '' and exists (select from usage where kind = 2) then
      insert into usage values (1, who, more_bytes, more_files)
        on conflict (kind, subject) do update
        set bytes = usage.bytes + more_bytes, files = usage.files + more_files;
    end if;
  end if;
end $$;

-- Applies the operations of an attempt until one is refused, whose parent and name it returns. Whoever calls it for
-- more than one operation undoes what it has done. An operation is checked before it changes anything.
create function apply_1(
  ops jsonb, author text, base bigint, ts bigint, measured boolean,
  out refusal text, out entries int, out changed boolean, out refused_parent text, out refused_name text)
language plpgsql as $$
declare
  op record;
  old record;
  had boolean;
  made_before boolean;
  path text;
  nanos bigint := ts * 1000000;
begin
  entries := 0;
  changed := false;
  for op in
    select * from jsonb_to_recordset(ops) as o(
      k text, p text, n text, any_version boolean, e text, etag text, size bigint, sha256 text, blob text, owner text,
      modified bigint, client text, validators text, violations text, flag boolean, draft text, generation bigint)
  loop
    path := path_1(op.p, op.n);
    refusal := null;
    if op.k in ('put', 'delete', 'time') then
      select * into old from stored_record r where r.pk = key_1(op.p) and r.name = op.n;
      had := found;
      if not had and exists (select from directory d where d.pk = key_1(op.p) and d.name = op.n) then
        refusal := case op.k when 'time' then 'CHANGED' else 'IS_DIRECTORY' end;
      elsif not had and op.k = 'put' and below_record_1(op.p) then
        refusal := 'NOT_DIRECTORY';
      elsif op.any_version is not true and op.e is distinct from coalesce(old.etag, '') then
        refusal := 'CHANGED';
      end if;
    end if;
    if refusal is not null then
      null;
    elsif op.k = 'put' then
      if exists (select from dead d where d.blob = op.blob) then
        refusal := 'BLOB_GONE';
      else
        if had then
          update stored_record r set etag = op.etag, size = op.size, sha256 = op.sha256, blob = op.blob, owner = op.owner,
              modified = nanos, client = op.client, seq = base + entries + 1
            where r.pk = key_1(op.p) and r.name = op.n;
          if old.blob <> op.blob then
            perform release_1(old.blob, ts);
          end if;
        else
          insert into stored_record values (op.p, op.n, op.etag, op.size, op.sha256, op.blob, op.owner, nanos, op.client,
            base + entries + 1);
          perform touch_1(op.p, ts);
        end if;
        if measured then
          if had then
            perform count_1(path, old.owner, -old.size, -1);
          end if;
          perform count_1(path, op.owner, op.size, 1);
        end if;
        entries := entries + 1;
        insert into journal values (base + entries, ts, case when had then 1 else 0 end, path, op.size, nanos,
          op.etag, op.sha256, op.client, author, op.validators, null, null,
          entry_bytes_1(path, author, op.validators, null));
      end if;
    elsif op.k = 'delete' then
      if had then
        delete from stored_record r where r.pk = key_1(op.p) and r.name = op.n;
        perform release_1(old.blob, ts);
        perform touch_1(op.p, ts);
        if measured then
          perform count_1(path, old.owner, -old.size, -1);
        end if;
        entries := entries + 1;
        insert into journal values (base + entries, ts, 2, path, old.size, old.modified, old.etag, old.sha256,
          old.client, author, null, null, null, entry_bytes_1(path, author, null, null));
      end if;
    elsif op.k = 'reject' then
      entries := entries + 1;
      insert into journal values (base + entries, ts, 3, path, op.size, op.modified, op.etag, op.sha256, op.client,
        author, op.validators, op.violations, null, entry_bytes_1(path, author, op.validators, op.violations));
    elsif op.k = 'time' then
      if had then
        update stored_record r set client = op.client where r.pk = key_1(op.p) and r.name = op.n;
        changed := true;
      else
        refusal := 'CHANGED';
      end if;
    elsif op.k = 'mkdir' then
      select d.made into made_before from directory d where d.pk = key_1(op.p) and d.name = op.n;
      if found then
        if op.flag then
          refusal := 'CHANGED';
        elsif not made_before then
          update directory d set made = true where d.pk = key_1(op.p) and d.name = op.n;
        end if;
      elsif exists (select from stored_record r where r.pk = key_1(op.p) and r.name = op.n) or below_record_1(op.p) then
        refusal := 'NOT_DIRECTORY';
      else
        insert into directory values (op.p, op.n, ts, true);
        perform touch_1(op.p, ts);
        changed := true;
      end if;
    elsif op.k = 'rmdir' then
      select d.made into made_before from directory d where d.pk = key_1(op.p) and d.name = op.n;
      if not found then
        refusal := case when exists (select from stored_record r where r.pk = key_1(op.p) and r.name = op.n)
          then 'NOT_DIRECTORY' else 'NO_DIRECTORY' end;
      elsif exists (select from stored_record r where r.pk = key_1(path))
          or exists (select from directory d where d.pk = key_1(path)) then
        refusal := 'NOT_EMPTY';
      elsif not (op.flag and made_before) then
        delete from directory d where d.pk = key_1(op.p) and d.name = op.n;
        perform touch_1(op.p, ts);
        changed := true;
      end if;
    elsif op.k = 'end' then
      select * into old from draft d where d.name = op.draft for update;
      if not found or old.committed or old.generation <> op.generation then
        refusal := 'TAKEN_OVER';
      else
        perform end_draft_1(op.draft, op.etag, ts);
        changed := true;
      end if;
    end if;
    if refusal is not null then
      refused_parent := op.p;
      refused_name := op.n;
      return;
    end if;
  end loop;
  changed := changed or entries > 0;
end $$;

-- Deletes a draft, or with an entity tag makes it a committed one; releases its parts.
create function end_draft_1(ended text, tag text, ts bigint) returns void language plpgsql as $$
declare
  part text;
  parts text[];
begin
  select array_agg(distinct blob) into parts from draft_part where draft = ended;
  delete from draft_part where draft = ended;
  if tag is null then
    delete from draft where name = ended;
  else
    update draft set committed = true, etag = tag where name = ended;
  end if;
  foreach part in array coalesce(parts, '{}') loop
    perform release_1(part, ts);
  end loop;
end $$;

create function usage_of_1(of_kind int, of_subject text) returns usage language sql stable as $$
  select coalesce(
    (select u from usage u where u.kind = of_kind and u.subject = of_subject),
    row(of_kind, of_subject, 0, 0)::usage)
$$;

-- The first limit that an attempt exceeds, from 0; null if none. It is given what was used before.
create function exceeded_1(limits jsonb, before jsonb) returns int language plpgsql as $$
declare
  l record;
  now usage;
  i int := 0;
begin
  for l in select * from jsonb_to_recordset(limits) as x(k int, s text, b bigint, f bigint) loop
    now := usage_of_1(l.k, l.s);
    if (now.bytes > l.b and now.bytes > (before -> i ->> 'bytes')::bigint)
        or (now.files > l.f and now.files > (before -> i ->> 'files')::bigint) then
      return i;
    end if;
    i := i + 1;
  end loop;
  return null;
end $$;

-- Decides a batch of attempts. The lock on the head ends with the transaction, which is this statement.
create function commit_1(batch jsonb) returns table (
  refusal text, first bigint, entries int, ts bigint, changed boolean, parent text, name text, limit_no int,
  etag text, size bigint, sha256 text, blob text, owner text, modified bigint, client text, seq bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  h head%rowtype;
  a jsonb;
  known attempt%rowtype;
  r record;
  grown bigint;
  measured boolean;
  limits jsonb;
  before jsonb;
  exceeded int;
begin
  select * into h from head for update;
  if h.importing is not null then
    raise exception 'an import into the ledger is not finished';
  end if;
  h.time := greatest(h.time, now_ms_1());
  measured := exists (select from usage);
  for a in select value from jsonb_array_elements(batch) loop
    select * into known from attempt x where x.id = (a ->> 'id')::uuid;
    if not found then
      exceeded := null;
      limits := a -> 'limits';
      if limits is null and jsonb_array_length(a -> 'ops') = 1 then
        select * into r from apply_1(a -> 'ops', a ->> 'user', h.seq, h.time, measured);
      else
        begin
          if limits is not null then
            select jsonb_agg(to_jsonb(usage_of_1((l.value ->> 'k')::int, l.value ->> 's')) order by l.ordinality)
              into before from jsonb_array_elements(limits) with ordinality l;
          end if;
          select * into r from apply_1(a -> 'ops', a ->> 'user', h.seq, h.time, measured);
          if r.refusal is null and limits is not null then
            exceeded := exceeded_1(limits, before);
          end if;
          if r.refusal is not null or exceeded is not null then
            raise exception using errcode = 'DH001';
          end if;
        exception when sqlstate 'DH001' then
          null; -- what was done is undone
        end;
      end if;
      known := null;
      known.id := (a ->> 'id')::uuid;
      known.time := h.time;
      known.changed := false;
      known.entries := 0;
      known.first := h.seq;
      if exceeded is not null then
        known.refusal := 'LIMIT';
        known.limit_no := exceeded;
      elsif r.refusal is not null then
        known.refusal := r.refusal;
        known.parent := r.refused_parent;
        known.name := r.refused_name;
      else
        known.changed := r.changed;
        known.entries := r.entries;
        if r.entries > 0 then
          known.first := h.seq + 1;
          h.seq := h.seq + r.entries;
        end if;
      end if;
      insert into attempt values (known.*);
    end if;
    return query
      select known.refusal, known.first, known.entries, known.time, known.changed, known.parent, known.name,
          known.limit_no, c.etag, c.size, c.sha256, c.blob, c.owner, c.modified, c.client, c.seq
        from (values (1)) one
        left join stored_record c on known.refusal is not null and c.pk = key_1(known.parent) and c.name = known.name;
  end loop;
  select coalesce(sum(j.bytes), 0) into grown from journal j
    where j.seq > (select x.seq from head x) and j.seq <= h.seq;
  update head x set seq = h.seq, time = h.time, bytes = x.bytes + grown;
end $$;

-- Trims some entries; returns whether there may be more.
create function trim_1(keep bigint, max_bytes bigint) returns boolean language plpgsql as $$
declare
  h head%rowtype;
  now bigint := now_ms_1();
  last bigint;
  cut bigint;
  freed bigint;
begin
  select * into h from head for update;
  last := least(h.seq, h.trimmed + 4096);
  select max(seq) into cut from (
    select seq, time, sum(bytes) over (order by seq) - bytes as before
      from journal where seq > h.trimmed and seq <= last) j
    where time < now - keep or before < h.bytes - max_bytes;
  if cut is not null then
    with gone as (delete from journal where seq <= cut returning bytes)
      select coalesce(sum(bytes), 0) into freed from gone;
    update head set trimmed = cut, bytes = greatest(0, bytes - freed);
  end if;
  return coalesce(cut = last and cut < h.seq, false);
end $$;

-- Deletes some of what else is no longer needed, while commits go on; returns whether there may be more.
create function forget_1(remembered bigint) returns boolean language plpgsql as $$
declare
  now bigint := now_ms_1();
  forgotten_attempts int;
begin
  delete from attempt where id in (select id from attempt where time < now - remembered limit 10000);
  get diagnostics forgotten_attempts = row_count;
  delete from dead where blob in (select blob from dead where forgotten < now - 7 * 86400000::bigint limit 10000);
  delete from hub where seen < now - 86400000;
  return forgotten_attempts = 10000;
end $$;

create function condemn_1(blobs text[]) returns setof text language plpgsql as $$
begin
  perform from head for update;
  perform pg_advisory_xact_lock(4710021, 1);
  return query
    with free as (
      select distinct b from unnest(blobs) b
        where not exists (select from stored_record r where r.blob = b)
          and not exists (select from draft_part p where p.blob = b)),
    condemned as (
      insert into dead as d (blob, since) select b, now_ms_1() from free
        on conflict (blob) do update set forgotten = null returning d.blob)
    select blob::text from condemned;
end $$;

-- Stores a draft: a new one with generation 0, else one of this generation. Returns its expiry; null if there is none.
create function draft_1(
  of_name text, of_owner text, of_path text, of_length bigint, of_size bigint, of_etag text, of_notes text,
  of_state text, of_generation bigint, blobs text[], lengths bigint[], keep bigint) returns bigint
language plpgsql as $$
declare
  ts bigint := now_ms_1();
  dropped text[];
  part text;
begin
  perform pg_advisory_xact_lock_shared(4710021, 1);
  if of_generation = 0 then
    insert into draft values (of_name, of_owner, of_path, of_length, of_size, of_etag, of_notes, of_state, 1,
      ts + keep, false);
  else
    perform from draft where name = of_name and generation = of_generation and not committed for update;
    if not found then
      return null;
    end if;
  end if;
  if exists (select from dead where blob = any (blobs)) then
    if of_generation = 0 then
      raise exception 'a blob of the draft was given up';
    end if;
    return null;
  end if;
  if of_generation > 0 then
    update draft set path = of_path, length = of_length, size = of_size, etag = of_etag, notes = of_notes,
        state = of_state, expires = ts + keep
      where name = of_name;
    with gone as (
      delete from draft_part p where p.draft = of_name
        and (p.number > cardinality(blobs) or p.blob <> blobs[p.number] or p.length <> lengths[p.number])
        returning blob)
      select array_agg(distinct blob) into dropped from gone;
  end if;
  insert into draft_part
    select of_name, i, blobs[i], lengths[i] from generate_subscripts(blobs, 1) i on conflict do nothing;
  foreach part in array coalesce(dropped, '{}') loop
    perform release_1(part, ts);
  end loop;
  return ts + keep;
end $$;

create function delete_draft_1(of_name text) returns void language plpgsql as $$
begin
  perform from draft where name = of_name for update;
  perform end_draft_1(of_name, null, now_ms_1());
end $$;

-- Deletes a draft if it has expired; returns whether it has. Somebody may have resumed it since it was listed.
create function delete_expired_draft_1(of_name text) returns boolean language plpgsql as $$
begin
  perform from draft where name = of_name and expires <= now_ms_1() for update;
  if not found then
    return false;
  end if;
  perform end_draft_1(of_name, null, now_ms_1());
  return true;
end $$;

create function measure_1(prefixes text[], owners boolean) returns void language plpgsql as $$
begin
  perform from head for update;
  insert into usage
    select 0, s, coalesce(sum(r.size), 0), count(r.size)
      from unnest(prefixes) s
      left join stored_record r on starts_with(path_1(r.parent, r.name), s)
        and path_1(r.parent, r.name) <> 'broker_users.xml'
      where not exists (select from usage u where u.kind = 0 and u.subject = s)
      group by s;
  if owners and not exists (select from usage where kind = 2) then
    insert into usage values (2, '', 0, 0);
    insert into usage
      select 1, owner, sum(size), count(*) from stored_record
        where owner <> '' and path_1(parent, name) <> 'broker_users.xml' group by owner;
  end if;
end $$;

-- Updates entries of an adapter; returns the revision, or 'CHANGED' or the adapter whose limit would be exceeded.
create function state_1(
  of_adapter text, keys text[], new_values bytea[], expected bigint[], keeps bigint[], now_or_null bigint,
  max_bytes bigint, max_total_bytes bigint, entry_bytes bigint,
  out refusal text, out new_revision bigint)
language plpgsql as $$
declare
  total state_size%rowtype;
  now bigint := coalesce(now_or_null, now_ms_1());
  cur record;
  more bigint := 0;
begin
  select * into total from state_size where adapter = '' for update;
  new_revision := greatest(total.revision, now_ms_1()) + 1;
  update state_size set revision = new_revision where adapter = '';
  with gone as (
    delete from state where (adapter, key) in (
        select adapter, key from state where expires <= now order by expires limit 200)
      returning adapter, entry_bytes + octet_length(key) + octet_length(value) as size),
  sums as (
    select adapter, sum(size) as bytes from gone group by adapter
    union all select '', coalesce(sum(size), 0) from gone)
  update state_size s set bytes = s.bytes - sums.bytes
    from sums where s.adapter = sums.adapter;
  for i in 1 .. cardinality(keys) loop
    select revision, expires, octet_length(value) as length into cur from state
      where adapter = of_adapter and key = keys[i];
    if expected[i] >= 0
        and expected[i] <> (case when found and coalesce(cur.expires > now, true) then cur.revision else 0 end) then
      refusal := 'CHANGED';
      return;
    end if;
    more := more + coalesce(entry_bytes + octet_length(keys[i]) + octet_length(new_values[i]), 0)
      - coalesce(entry_bytes + octet_length(keys[i]) + cur.length, 0);
  end loop;
  if more > 0 then
    if more + coalesce((select bytes from state_size where adapter = of_adapter), 0) > max_bytes then
      refusal := 'ADAPTER_FULL';
      return;
    elsif more + (select bytes from state_size where adapter = '') > max_total_bytes then
      refusal := 'FULL';
      return;
    end if;
  end if;
  delete from state where adapter = of_adapter and key = any (keys);
  insert into state
    select of_adapter, keys[i], new_values[i], new_revision, now + keeps[i]
      from generate_subscripts(keys, 1) i where new_values[i] is not null;
  insert into state_size values (of_adapter, more, 0)
    on conflict (adapter) do update set bytes = state_size.bytes + more;
  update state_size set bytes = bytes + more where adapter = '';
end $$;

-- Imports: head.importing is the epoch of one that isn't finished.

create function begin_import_1(of_epoch text) returns boolean language plpgsql as $$
declare
  h head%rowtype;
begin
  select * into h from head for update;
  if h.importing = of_epoch then
    return true;
  elsif h.importing is not null
      or exists (select from stored_record where not (parent = '' and name = 'broker_users.xml')) then
    return false;
  end if;
  delete from stored_record;
  delete from directory where name <> '';
  delete from journal;
  delete from attempt;
  delete from draft;
  delete from usage;
  update head set importing = of_epoch, epoch = of_epoch, seq = 0, trimmed = 0, bytes = 0;
  return true;
end $$;

create function check_import_1() returns void language plpgsql as $$
begin
  if (select importing is null from head) then
    raise exception 'no import has begun';
  end if;
end $$;

create function import_records_1(batch jsonb) returns void language plpgsql as $$
declare
  dir record;
begin
  perform check_import_1();
  insert into stored_record
    select * from jsonb_to_recordset(batch) as r(
      parent text, name text, etag text, size bigint, sha256 text, blob text, owner text, modified bigint, client text,
      seq bigint)
    on conflict (pk, name) do update set etag = excluded.etag, size = excluded.size, sha256 = excluded.sha256,
      blob = excluded.blob, owner = excluded.owner, modified = excluded.modified, client = excluded.client,
      seq = excluded.seq;
  -- one of an earlier import of the same records, which was given up
  delete from dead where blob in (select r.blob from jsonb_to_recordset(batch) as r(blob text));
  for dir in
    select r.parent, max(r.modified) / 1000000 as changed
      from jsonb_to_recordset(batch) as r(parent text, modified bigint) group by r.parent
  loop
    perform touch_1(dir.parent, dir.changed);
  end loop;
end $$;

create function import_directories_1(batch jsonb) returns void language plpgsql as $$
declare
  dir record;
begin
  perform check_import_1();
  for dir in
    select * from jsonb_to_recordset(batch) as r(parent text, name text, modified bigint, made boolean)
  loop
    perform touch_1(dir.parent, 0);
    insert into directory values (dir.parent, dir.name, dir.modified, dir.made)
      on conflict (pk, name) do update set modified = excluded.modified, made = excluded.made;
  end loop;
end $$;

create function import_entries_1(batch jsonb) returns void language plpgsql as $$
begin
  perform check_import_1();
  insert into journal
    select seq, time, kind, path, size, modified, etag, sha256, client, author, validators, violations, null,
        entry_bytes_1(path, author, validators, violations)
      from jsonb_to_recordset(batch) as r(
        seq bigint, time bigint, kind smallint, path text, size bigint, modified bigint, etag text, sha256 text,
        client text, author text, validators text, violations text)
    on conflict (seq) do nothing;
end $$;

create function finish_import_1(oldest bigint, newest bigint) returns boolean language plpgsql as $$
begin
  perform from head for update;
  if exists (select from head where importing is null and seq = newest and trimmed = oldest) then
    return true; -- the answer was lost
  end if;
  perform check_import_1();
  delete from journal where seq <= oldest or seq > newest;
  if (select count(*) from journal) <> newest - oldest then
    return false;
  end if;
  update head set importing = null, seq = newest, trimmed = oldest,
    time = coalesce((select max(time) from journal), 0), bytes = coalesce((select sum(bytes) from journal), 0);
  return true;
end $$;
