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
 * @param what what answers there, for people
 * @param variable the environment variable that moves it elsewhere
 */
record Endpoint(String what, String variable, String host, int port) {

    private static final int LARGEST_PORT = 65_535;

    static Endpoint of(String what, String variable, ConfigFile cfg, Keys keys, Endpoint preset) throws CommandFailure {
        String host = cfg.get(keys.host(), preset.host());
        String port = cfg.get(keys.port(), String.valueOf(preset.port()));
        try {
            int number = Integer.parseInt(port);
            if (number > 0 && number <= LARGEST_PORT) {
                return new Endpoint(what, variable, host, number);
            }
        } catch (NumberFormatException e) {
            // Falls through to the same refusal as a number out of range.
        }
        throw new CommandFailure("The " + what + " port is '" + port + "', which is no number from 1 to 65535: correct "
                + variable + " or '" + keys.port() + "' in " + cfg.name() + ".");
    }

    /** Binds and lets go, so that a taken port is told before the hub starts and in words. */
    void check() throws CommandFailure {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException e) {
            throw new CommandFailure("The " + what + " host '" + host + "' is unknown: correct DATAHUB_HOST.", e);
        } catch (BindException e) {
            throw new CommandFailure(
                    "The " + what + " port " + port + " on " + host + " can't be used (" + e.getMessage()
                            + "): stop what listens there, or set " + variable + " to a free port.",
                    e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "Can't listen on " + host + " port " + port + " for " + what + ": " + e.getMessage(), e);
        }
    }

    /** Where to reach it from this machine: a wildcard address is no destination. */
    String reachableHost() {
        return switch (host) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::", "[::]" -> "::1";
            default -> host;
        };
    }

    /** Where to reach it from this machine, as in a URL. */
    String reachable() {
        return authority(reachableHost(), port);
    }

    /** Host and port as in a URL: an IPv6 address is in brackets. */
    static String authority(String host, int port) {
        return (host.indexOf(':') < 0 || host.startsWith("[") ? host : "[" + host + "]") + ":" + port;
    }

    @Override
    public String toString() {
        return authority(host, port);
    }

    /** The names of the two keys in a configuration file. */
    record Keys(String host, String port) {}
}
