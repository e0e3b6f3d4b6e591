package io.datahub.store.write;

import io.datahub.records.quota.RecordUsage;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.util.List;

/** What is stored according to the index; it is counted when the prefixes change, and kept up to date afterwards. */
public final class MeasuredUsage implements RecordUsage {

    private final MetadataStore metadata;

    /** The prefixes that were counted; changed under this object's monitor only. */
    private volatile List<String> measured = List.of();

    public MeasuredUsage(MetadataStore metadata) {
        this.metadata = metadata;
    }

    @Override
    public void refresh(List<String> prefixes, String user) throws IOException {
        if (!prefixes.equals(measured)) {
            synchronized (this) {
                if (!prefixes.equals(measured)) {
                    metadata.measure(prefixes);
                    measured = prefixes;
                }
            }
        }
    }

    @Override
    public Amount below(String prefix) {
        return metadata.usage().below(prefix);
    }

    @Override
    public Amount of(String user) {
        return metadata.usage().of(user);
    }
}
