package io.datahub.api.cluster;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Imports the records and the journal of a hub that was alone into the cluster that this hub belongs to: entity tags,
 * epoch and numbers stay the same, so that clients can go on with the cursors they have.
 */
@ProviderType
public interface ClusterImport {

    /**
     * How far an import is.
     *
     * @param records imported records
     * @param ofRecords of so many
     * @param entries imported entries of the journal
     * @param ofEntries of so many
     */
    record Progress(long records, long ofRecords, long entries, long ofEntries) {}

    /**
     * Imports a home whose hub is stopped. The hubs of the cluster serve nothing meanwhile. An import that was interrupted
     * goes on when it is begun again with the same home. Blocks, for as long as it takes to store all records.
     *
     * @param home the home directory, on this machine
     * @param progress told repeatedly how far it is, by the calling thread
     * @return how much was imported; or a refusal: {@link Reason#CONFLICT} if the cluster has records already, another
     *     home is being imported, or what has arrived isn't what the home has
     * @throws IOException if the home can't be read, or the ledger or the blobs can't be reached; begin again then
     */
    Result<Progress> run(Path home, Consumer<Progress> progress) throws IOException;
}
