package io.datahub.test.memory;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.test.contract.RecordNamespaceContract;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

class MemoryNamespaceTest extends RecordNamespaceContract {

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
    protected void validate(String pattern, Validator validator) {
        store.addValidator(new ValidatorId("v", "1.0.0"), pattern, validator);
    }

    @Override
    protected List<Change> announced() {
        return List.copyOf(announced);
    }
}
