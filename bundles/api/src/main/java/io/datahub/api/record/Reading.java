package io.datahub.api.record;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.osgi.annotation.versioning.ProviderType;

/** An open version of a record. It stays as it is, whatever is written or deleted meanwhile, until it is closed. */
@ProviderType
public interface Reading extends AutoCloseable {

    RecordVersion version();

    /** The bytes, for reading at any position; closed with this reading. */
    FileChannel channel();

    @Override
    void close() throws IOException;
}
