-- Functions in SQL that PostgreSQL can't put in place of their calls are parsed and planned again by each statement that
-- calls them: here convert_to isn't immutable, and there are subqueries. Those in PL/pgSQL are kept by the session. They
-- return what they did.

create or replace function key_1(path text) returns text language plpgsql immutable parallel safe as $$
begin
  return case when octet_length(path) <= 1500 then path
    else left(path, 350) || U&'\+10FFFF' || lpad(octet_length(path)::text, 5, '0')
      || encode(sha256(convert_to(path, 'UTF8')), 'hex') end;
end $$;

create or replace function is_used_2(of_blob text) returns boolean language plpgsql stable as $$
begin
  return exists (select from stored_record where blob = of_blob)
    or exists (select from draft_part where blob = of_blob)
    or exists (select from kept where blob = of_blob)
    or exists (select from last_event where blob = of_blob);
end $$;
