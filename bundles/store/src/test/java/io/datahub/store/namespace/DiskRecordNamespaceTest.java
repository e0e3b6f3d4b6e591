package io.datahub.store.namespace;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Validator;
import io.datahub.store.TestHub;
import io.datahub.test.contract.RecordNamespaceContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class DiskRecordNamespaceTest extends RecordNamespaceContract {

    @TempDir
    Path folder;

    private TestHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new TestHub(folder);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Override
    protected RecordStore store() {
        return hub.records;
    }

    @Override
    protected void validate(String pattern, Validator validator) {
        hub.register("v" + pattern.length(), "1.0.0", pattern, validator);
    }

    @Override
    protected List<Change> announced() {
        return List.copyOf(hub.announced);
    }
}
