package io.datahub.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The addresses that the hub listens on, according to the configuration in its home directory. */
record Endpoints(
        HubAddress http,
        Optional<HubAddress> https,
        HubAddress zeromq,
        Optional<HubAddress> ssh,
        HubAddress console,
        Optional<HubAddress> jmx) {

    private static final String LOOPBACK = "127.0.0.1";
    private static final HubAddress.Keys KEYS = new HubAddress.Keys("host", "port");

    static Endpoints read(Path etc, Map<String, String> environment) throws CommandFailure, IOException {
        ConfigFile jetty = ConfigFile.read(etc.resolve("io.datahub.jetty.cfg"), environment);
        ConfigFile zeromq = ConfigFile.read(etc.resolve("io.datahub.zeromq.cfg"), environment);
        ConfigFile console = ConfigFile.read(etc.resolve("io.datahub.console.cfg"), environment);
        ConfigFile karafShell = ConfigFile.read(etc.resolve("org.apache.karaf.shell.cfg"), environment);
        HubAddress http = HubAddress.of("HTTP", "DATAHUB_HTTP_PORT", jetty, KEYS, defaults(8480));
        return new Endpoints(
                http,
                https(jetty, http),
                HubAddress.of("ZeroMQ", "DATAHUB_ZMQ_PORT", zeromq, KEYS, defaults(5555)),
                ssh(ConfigFile.read(etc.resolve("io.datahub.ssh.cfg"), environment)),
                HubAddress.of(
                        "console",
                        "DATAHUB_CONSOLE_PORT",
                        karafShell,
                        new HubAddress.Keys("sshHost", "sshPort"),
                        defaults(8481)),
                jmx(console));
    }

    /**
     * Fails if one of the endpoints can't be bound, except SSH, without which the hub starts.
     *
     * @param warnings receives a line if there is no SSH
     * @return the endpoints that can be bound
     */
    Endpoints check(Consumer<String> warnings) throws CommandFailure {
        for (HubAddress endpoint : all()) {
            endpoint.check();
        }
        try {
            if (ssh.isPresent()) {
                ssh.get().check();
            }
            return this;
        } catch (CommandFailure e) {
            warnings.accept(e.getMessage() + " The hub starts without SSH.");
            return new Endpoints(http, https, zeromq, Optional.empty(), console, jmx);
        }
    }

    private List<HubAddress> all() {
        return Stream.of(Stream.of(http, zeromq, console), https.stream(), jmx.stream())
                .flatMap(endpoints -> endpoints)
                .toList();
    }

    private static Optional<HubAddress> https(ConfigFile jetty, HubAddress http) throws CommandFailure {
        return jetty.get("tls.cert", "").isEmpty()
                ? Optional.empty()
                : Optional.of(HubAddress.of(
                        "HTTPS",
                        "DATAHUB_TLS_PORT",
                        jetty,
                        new HubAddress.Keys("host", "tls.port"),
                        new HubAddress("HTTPS", "", http.host(), 8443)));
    }

    private static Optional<HubAddress> ssh(ConfigFile ssh) throws CommandFailure {
        return ssh.get("port", "").equals("0")
                ? Optional.empty()
                : Optional.of(HubAddress.of("SSH", "DATAHUB_SSH_PORT", ssh, KEYS, defaults(8422)));
    }

    private static Optional<HubAddress> jmx(ConfigFile console) throws CommandFailure {
        return console.get("jmx.port", "0").equals("0")
                ? Optional.empty()
                : Optional.of(HubAddress.of(
                        "JMX", "DATAHUB_JMX_PORT", console, new HubAddress.Keys("jmx.host", "jmx.port"), defaults(0)));
    }

    private static HubAddress defaults(int port) {
        return new HubAddress("", "", LOOPBACK, port);
    }
}
