package io.datahub.launcher;

import io.datahub.client.Credential;
import io.datahub.client.CurveKeys;
import io.datahub.client.HubClient;
import io.datahub.client.HubConnectionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The address and the credential that {@code pub} and {@code sub} use: from the environment, or else from the home
 * directory. Never from arguments, which every user of the machine can see.
 */
record HubAccess(String address, Credential credential) {

    static HubAccess of(HubHome home, Map<String, String> environment) throws CommandFailure {
        Map<String, String> variables = Map.copyOf(environment);
        try {
            return new HubAccess(address(home, variables), credential(home, variables));
        } catch (IOException e) {
            throw new CommandFailure("Can't read " + e.getMessage() + ": correct its name, or make it readable.", e);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("A credential is invalid: " + e.getMessage() + ".", e);
        }
    }

    /** @throws CommandFailure if no hub is running, or it refuses the credential */
    HubClient connect(Duration timeout) throws CommandFailure {
        try {
            return HubClient.connect(address, credential, timeout);
        } catch (HubConnectionException e) {
            throw new CommandFailure(CommandFailure.UNAVAILABLE, e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("DATAHUB_ZMQ_URL: " + e.getMessage() + ".", e);
        }
    }

    private static String address(HubHome home, Map<String, String> variables) throws IOException, CommandFailure {
        String url = variables.getOrDefault("DATAHUB_ZMQ_URL", "");
        if (!url.isEmpty()) {
            return url;
        }
        String host = variables.getOrDefault("DATAHUB_HOST", "127.0.0.1");
        String port = variables.getOrDefault("DATAHUB_ZMQ_PORT", "5555");
        if (!port.matches("\\d{1,5}")) {
            throw new CommandFailure(CommandFailure.USAGE, "DATAHUB_ZMQ_PORT is '" + port + "', not a port number.");
        }
        HubAddress defaults = new HubAddress("ZeroMQ", "DATAHUB_ZMQ_PORT", host, Integer.parseInt(port));
        return "tcp://" + new RunFile(home).zeromq().orElse(defaults.reachable());
    }

    private static Credential credential(HubHome home, Map<String, String> variables)
            throws IOException, CommandFailure {
        String keyFile = variables.getOrDefault("DATAHUB_CURVE_KEY_FILE", "");
        String user = variables.getOrDefault("DATAHUB_USER", "");
        String token = variables.getOrDefault("DATAHUB_TOKEN", "");
        String tokenFile = variables.getOrDefault("DATAHUB_TOKEN_FILE", "");
        if (!keyFile.isEmpty()) {
            String hubKey = variables.getOrDefault("DATAHUB_HUB_KEY", "");
            return new Credential.Curve(
                    CurveKeys.ofSecret(read(Path.of(keyFile))), hubKey.isEmpty() ? read(home.curveKey()) : hubKey);
        }
        if (!token.isEmpty() || !tokenFile.isEmpty()) {
            if (user.isEmpty()) {
                throw new CommandFailure(CommandFailure.USAGE, "Set DATAHUB_USER to the name of the token's user.");
            }
            return new Credential.Token(user, token.isEmpty() ? read(Path.of(tokenFile)) : token);
        }
        if (user.equals("anonymous")) {
            return new Credential.Anonymous();
        }
        if ((!user.isEmpty() && !user.equals("admin")) || !Files.isReadable(home.adminToken())) {
            throw new CommandFailure(
                    CommandFailure.USAGE,
                    "No credential: set DATAHUB_USER, and DATAHUB_TOKEN, DATAHUB_TOKEN_FILE or"
                            + " DATAHUB_CURVE_KEY_FILE.");
        }
        return new Credential.Token("admin", read(home.adminToken()));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }
}
