package io.datahub.test.memory;

import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.test.contract.RecordStoreContract;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

class MemoryRecordStoreTest extends RecordStoreContract {

    private final MemoryRecordStore store = new MemoryRecordStore();
    private final List<Change> announced = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void listen() {
        store.addListener(announced::add);
    }

    @Override
    protected RecordStore store() {
        return store;
    }

    @Override
    protected ChangeJournal journal() {
        return store.journal();
    }

    @Override
    protected List<Change> announced() {
        return List.copyOf(announced);
    }

    @Override
    protected void validate(String name, String pattern, Validator validator) {
        store.addValidator(new ValidatorId(name, "1.0.0"), pattern, validator);
    }

    @Override
    protected void limitSize(long bytes) {
        store.setMaxBytes(bytes);
    }

    @Override
    protected void limit(String prefix, long bytes, long files) {
        store.addQuota(prefix, bytes, files);
    }

    @Override
    protected List<String> leftovers() {
        return store.open() == 0 ? List.of() : List.of(store.open() + " open readings and drafts");
    }
}
