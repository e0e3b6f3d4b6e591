package io.datahub.test.memory;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.test.contract.ReadingContract;
import java.time.Instant;
import java.util.Optional;

class MemoryReadingTest extends ReadingContract {

    @Override
    protected Reading open(byte[] bytes) {
        RecordVersion version = new RecordVersion(
                RecordPath.of("a"), bytes.length, Instant.EPOCH, Optional.of("\"1\""), Optional.empty());
        return new MemoryReading(version, bytes, () -> {});
    }
}
