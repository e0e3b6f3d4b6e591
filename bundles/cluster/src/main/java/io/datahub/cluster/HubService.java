package io.datahub.cluster;

import java.net.UnknownHostException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.Designate;

/** This hub, as it is configured. Another configuration makes it another hub. */
@Component(service = HubService.class, configurationPid = ClusterConfiguration.PID)
@Designate(ocd = ClusterConfiguration.class)
public final class HubService {

    private final HubIdentity identity;

    @Activate
    public HubService(ClusterConfiguration configuration) throws UnknownHostException {
        identity = HubIdentity.of(configuration);
    }

    HubIdentity identity() {
        return identity;
    }
}
