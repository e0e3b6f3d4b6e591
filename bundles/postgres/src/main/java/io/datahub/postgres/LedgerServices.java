package io.datahub.postgres;

import io.datahub.api.cluster.LedgerTransfer;
import io.datahub.api.cluster.SharedLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** The services of the bundle that are registered. Thread-safe. */
final class LedgerServices {

    private final BundleContext context;
    private final List<ServiceRegistration<?>> lasting = new ArrayList<>(); // guarded by this
    private Optional<SharedLedger> ledger = Optional.empty(); // guarded by this
    private ServiceRegistration<?> registration; // guarded by this; of the ledger
    private boolean hasTransfer; // guarded by this
    private boolean isStopped; // guarded by this

    LedgerServices(BundleContext context) {
        this.context = context;
    }

    /** Registers a service until everything stops. */
    synchronized <T> void register(Class<T> type, T service, Map<String, ?> properties) {
        if (!isStopped) {
            lasting.add(context.registerService(type, service, FrameworkUtil.asDictionary(properties)));
        }
    }

    synchronized void registerTransfer(LedgerTransfer transfer) {
        if (!hasTransfer) {
            register(LedgerTransfer.class, transfer, Map.of());
            hasTransfer = true;
        }
    }

    /** The epoch of the registered ledger; empty if none is. */
    synchronized Optional<String> epoch() {
        return ledger.map(SharedLedger::epoch);
    }

    synchronized void registerLedger(SharedLedger opened) {
        if (!isStopped) {
            registration = context.registerService(SharedLedger.class, opened, FrameworkUtil.asDictionary(Map.of()));
            ledger = Optional.of(opened);
        }
    }

    synchronized void unregisterLedger() {
        if (ledger.isPresent()) {
            registration.unregister();
            ledger = Optional.empty();
        }
    }

    synchronized void stop() {
        isStopped = true;
        unregisterLedger();
        lasting.forEach(ServiceRegistration::unregister);
    }
}
