package io.datahub.launcher;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/**
 * An address that the hub will listen on.
 *
 * @param what the name of the service, for messages
 * @param variable the environment variable that changes the port
 */
record HubAddress(String what, String variable, String host, int port) {

    private static final int LARGEST_PORT = 65_535;

    static HubAddress of(String what, String variable, ConfigFile cfg, Keys keys, HubAddress defaults)
            throws CommandFailure {
        String host = cfg.get(keys.host(), defaults.host());
        String port = cfg.get(keys.port(), String.valueOf(defaults.port()));
        try {
            int value = Integer.parseInt(port);
            if (value > 0 && value <= LARGEST_PORT) {
                return new HubAddress(what, variable, host, value);
            }
        } catch (NumberFormatException e) {
            // Reported like a number out of range.
        }
        throw new CommandFailure("The " + what + " port is '" + port + "', not a number from 1 to 65535: correct "
                + variable + " or '" + keys.port() + "' in " + cfg.name() + ".");
    }

    /** Binds the port and releases it, so that a port in use is reported clearly before the hub starts. */
    void check() throws CommandFailure {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException e) {
            throw new CommandFailure("The " + what + " host '" + host + "' is unknown: correct DATAHUB_HOST.", e);
        } catch (BindException e) {
            throw new CommandFailure(
                    "The " + what + " port " + port + " on " + host + " can't be used (" + e.getMessage()
                            + "): stop the program that listens there, or set " + variable + " to a free port.",
                    e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "Can't listen on " + host + " port " + port + " for " + what + ": " + e.getMessage(), e);
        }
    }

    /** The host for connections from this machine: a wildcard address is replaced by loopback. */
    String reachableHost() {
        return switch (host) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::", "[::]" -> "::1";
            default -> host;
        };
    }

    /** Host and port for connections from this machine, as in a URL. */
    String reachable() {
        return authority(reachableHost(), port);
    }

    /** Formats host and port as in a URL: an IPv6 address is in brackets. */
    static String authority(String host, int port) {
        return (host.indexOf(':') < 0 || host.startsWith("[") ? host : "[" + host + "]") + ":" + port;
    }

    @Override
    public String toString() {
        return authority(host, port);
    }

    /** The configuration keys of host and port. */
    record Keys(String host, String port) {}
}
