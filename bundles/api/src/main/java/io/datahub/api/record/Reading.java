package io.datahub.api.record;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An open version of a record. Its content doesn't change, even if the record is overwritten or deleted concurrently,
 * until it is closed.
 */
@ProviderType
public interface Reading extends AutoCloseable {

    RecordVersion version();

    /** The bytes, for random access; closed together with this reading. */
    FileChannel channel();

    @Override
    void close() throws IOException;
}
