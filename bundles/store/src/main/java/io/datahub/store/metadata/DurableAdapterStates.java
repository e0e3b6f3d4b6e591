package io.datahub.store.metadata;

import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.state.StateLimits;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of adapters in the database with index and journal: an update shares their flush. Thread-safe. */
public final class DurableAdapterStates implements AdapterStates, HealthCheck, MetricSource {

    /** How many expired entries are removed in one transaction, which blocks writers, and in one run. */
    private static final int EXPIRED_PER_TRANSACTION = 500;

    private static final int MAX_TRANSACTIONS = 100;

    private static final int NEARLY_FULL_PERCENT = 90;
    private static final Logger LOG = LoggerFactory.getLogger(DurableAdapterStates.class);

    private final MetadataStore metadata;
    private final InstantSource clock;

    /** @param clock tells when entries expire */
    public DurableAdapterStates(MetadataStore metadata, InstantSource clock) {
        this.metadata = metadata;
        this.clock = clock;
    }

    @Override
    public AdapterState of(String adapter) {
        AdapterStates.requireName(adapter);
        return new Durable(adapter);
    }

    /** Removes entries that have expired; some remain if there are very many. */
    public void removeExpired(Instant now) throws IOException {
        boolean more = true;
        for (int i = 0; more && i < MAX_TRANSACTIONS; i++) {
            more = metadata.read(database -> database.adapters.hasExpired(now))
                    && metadata.submit(transaction -> transaction.removeExpiredState(now, EXPIRED_PER_TRANSACTION))
                                    .await()
                            == EXPIRED_PER_TRANSACTION;
        }
    }

    @Override
    public Health check() {
        try {
            Map<String, AdapterStateTable.Size> sizes = metadata.read(database -> database.adapters.sizes());
            long bytes = sizes.values().stream()
                    .mapToLong(AdapterStateTable.Size::bytes)
                    .sum();
            String detail = "adapters=" + sizes.size() + " bytes=" + bytes;
            Optional<String> full = sizes.entrySet().stream()
                    .filter(each -> isNearlyFull(each.getValue().bytes(), StateLimits.MAX_BYTES))
                    .map(each -> "the state of the adapter " + each.getKey())
                    .findFirst()
                    .or(() -> isNearlyFull(bytes, StateLimits.MAX_TOTAL_BYTES)
                            ? Optional.of("the state of all adapters together")
                            : Optional.empty());
            return full.map(what ->
                            Health.degraded(what + " is nearly full: it will refuse further entries; " + detail))
                    .orElseGet(() -> Health.ready(detail));
        } catch (IOException e) {
            return Health.down(FailureText.of(e));
        }
    }

    private static boolean isNearlyFull(long bytes, long max) {
        return bytes * 100 >= max * NEARLY_FULL_PERCENT;
    }

    @Override
    public void report(MetricReport report) {
        try {
            metadata.read(database -> database.adapters.sizes()).forEach((adapter, size) -> {
                report.gauge(
                        "datahub_adapter_state_entries",
                        "Entries that adapters have stored",
                        size.entries(),
                        "adapter",
                        adapter);
                report.gauge(
                        "datahub_adapter_state_bytes",
                        "Size of the entries that adapters have stored, in bytes",
                        size.bytes(),
                        "adapter",
                        adapter);
            });
        } catch (IOException e) {
            LOG.debug("event=store.metrics.incomplete reason={}", LogText.quoted(e));
        }
    }

    /** The entries of one adapter. */
    private final class Durable implements AdapterState {

        private final String adapter;

        Durable(String adapter) {
            this.adapter = adapter;
        }

        @Override
        public Optional<StateEntry> get(String key) throws IOException {
            Instant now = clock.instant();
            return metadata.read(database -> database.adapters.get(adapter, key, now));
        }

        @Override
        public List<StateEntry> list(String prefix, String after, int limit) throws IOException {
            Instant now = clock.instant();
            return metadata.read(database -> database.adapters.list(adapter, prefix, after, limit, now));
        }

        /** Waits for the flush after a refusal, too: the entry because of which it was refused is durable then. */
        @Override
        public Result<Long> update(List<StateChange> changes) throws IOException {
            StateChange.requireUpdate(changes);
            Instant now = clock.instant();
            return metadata.submit(transaction -> transaction.updateAdapter(adapter, changes, now))
                    .await();
        }
    }
}
