package io.datahub.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Blobs;
import io.datahub.test.contract.BlobsContract;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryBlobsTest extends BlobsContract {

    private final MemoryBlobs memory = new MemoryBlobs(InstantSource.system());

    @Override
    protected Blobs create() {
        return memory;
    }

    @Test
    void shouldFailWhileTheyAreAway() throws IOException {
        memory.setAway(true);
        assertThatThrownBy(() -> memory.size("a")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> memory.delete(List.of("a"))).isInstanceOf(IOException.class);

        memory.setAway(false);
        assertThat(memory.size("a")).isEmpty();
        assertThat(memory.keys()).isEmpty();
    }
}
