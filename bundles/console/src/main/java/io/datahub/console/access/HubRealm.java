package io.datahub.console.access;

import io.datahub.api.user.Authenticator;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import org.apache.karaf.jaas.boot.ProxyLoginModule;
import org.apache.karaf.jaas.config.JaasRealm;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The JAAS realm {@code datahub}: it accepts keys that are listed in Karaf's {@code keys.properties}, and tokens of
 * administrators. The console uses it if its configuration has {@code sshRealm = datahub}; Karaf's own realm is left
 * unchanged.
 */
@Component
public final class HubRealm implements JaasRealm {

    private static final String KARAF_MODULES = "org.apache.karaf.jaas.modules";
    private static final String KEYS = "org.apache.karaf.jaas.modules.publickey.PublickeyLoginModule";

    private final BundleContext context;

    /**
     * Null while the users are unavailable. Keys give access to the console even then, so that an operator can fix the
     * problem.
     */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile Authenticator authenticator;

    @Activate
    public HubRealm(BundleContext context) {
        this.context = context;
    }

    @Override
    public String getName() {
        return "datahub";
    }

    @Override
    public int getRank() {
        return 0;
    }

    @Override
    public AppConfigurationEntry[] getEntries() {
        List<AppConfigurationEntry> entries = new ArrayList<>();
        karafModules()
                .ifPresent(bundle -> entries.add(entry(
                        bundle,
                        KEYS,
                        Map.of("users", context.getProperty("karaf.etc") + File.separator + "keys.properties"))));
        Authenticator present = authenticator;
        if (present != null) {
            entries.add(entry(
                    context.getBundle(),
                    TokenLoginModule.class.getName(),
                    Map.of(TokenLoginModule.AUTHENTICATOR, present)));
        }
        return entries.toArray(AppConfigurationEntry[]::new);
    }

    private Optional<Bundle> karafModules() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> KARAF_MODULES.equals(bundle.getSymbolicName()))
                .findAny();
    }

    private AppConfigurationEntry entry(Bundle bundle, String module, Map<String, Object> options) {
        Map<String, Object> all = new HashMap<>(options);
        all.put(BundleContext.class.getName(), context);
        all.put(ProxyLoginModule.PROPERTY_MODULE, module);
        all.put(ProxyLoginModule.PROPERTY_BUNDLE, Long.toString(bundle.getBundleId()));
        return new AppConfigurationEntry(ProxyLoginModule.class.getName(), LoginModuleControlFlag.OPTIONAL, all);
    }
}
