package io.datahub.api.cluster;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.ClusterImport.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Exports the records and the journal of the cluster into the home of a hub that will be alone: entity tags, epoch and
 * numbers stay the same. Nothing may write meanwhile.
 */
@ProviderType
public interface ClusterExport {

    /**
     * Exports. An export that was interrupted goes on when it is begun again with the same home. Blocks, for as long as it
     * takes to read all records.
     *
     * @param home the home directory, on this machine; it is made if it isn't there
     * @param progress told repeatedly how far it is, by the calling thread
     * @return how much was exported; or a refusal: {@link Reason#CONFLICT} if the home has other records, or something
     *     was written meanwhile
     * @throws IOException if the home can't be written, or the ledger or the blobs can't be reached; begin again then
     */
    Result<Progress> run(Path home, Consumer<Progress> progress) throws IOException;
}
