package io.datahub.jetty.server;

import io.datahub.api.user.Authenticator;
import io.datahub.jetty.authentication.CurrentAuthenticator;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Provides the {@link CurrentAuthenticator} as a service once there is an authenticator, and keeps it while that is
 * replaced, so that the HTTP server starts after authentication but needn't restart with it. Thread-safe.
 */
@Component(
        service = {},
        immediate = true)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>='io.datahub.jetty.authentication.CurrentAuthenticator'")
public final class AuthenticatorTracker {

    private final BundleContext context;
    private final CurrentAuthenticator current = new CurrentAuthenticator();
    private ServiceRegistration<CurrentAuthenticator> registration; // guarded by this

    @Activate
    public AuthenticatorTracker(BundleContext context) {
        this.context = context;
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindAuthenticator(Authenticator authenticator) {
        current.set(authenticator);
        if (registration == null) {
            registration = context.registerService(CurrentAuthenticator.class, current, null);
        }
    }

    void unbindAuthenticator(Authenticator authenticator) {
        current.unset(authenticator);
    }

    @Deactivate
    synchronized void deactivate() {
        if (registration != null) {
            registration.unregister();
        }
    }
}
