-- Only an import drops the events of kept topics. A database that is restored from a backup gets another epoch, too, and keeps them.

drop trigger drop_kept on head;
create trigger drop_kept after update of epoch on head for each row
  when (old.epoch <> new.epoch and new.importing is not null) execute function drop_kept_2();
