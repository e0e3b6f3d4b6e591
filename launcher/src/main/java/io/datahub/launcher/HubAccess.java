package io.datahub.launcher;

import io.datahub.client.Credential;
import io.datahub.client.CurveKeys;
import io.datahub.client.HubClient;
import io.datahub.client.HubUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Where {@code pub} and {@code sub} find the hub, and as whom they come: by the environment, or else by the home. Never by
 * arguments, which everybody on the machine can see.
 */
record HubAccess(String address, Credential credential) {

    static HubAccess of(Home home, Map<String, String> environment) throws CommandFailure {
        Map<String, String> set = Map.copyOf(environment);
        try {
            return new HubAccess(address(home, set), credential(home, set));
        } catch (IOException e) {
            throw new CommandFailure("Can't read " + e.getMessage() + ": correct its name, or make it readable.", e);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("A credential can't be right: " + e.getMessage() + ".", e);
        }
    }

    /** @throws CommandFailure if there is no hub, or it doesn't let this user in */
    HubClient connect(Duration patience) throws CommandFailure {
        try {
            return HubClient.connect(address, credential, patience);
        } catch (HubUnavailableException e) {
            throw new CommandFailure(CommandFailure.UNAVAILABLE, e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("DATAHUB_ZMQ_URL: " + e.getMessage() + ".", e);
        }
    }

    private static String address(Home home, Map<String, String> set) throws IOException, CommandFailure {
        String url = set.getOrDefault("DATAHUB_ZMQ_URL", "");
        if (!url.isEmpty()) {
            return url;
        }
        String host = set.getOrDefault("DATAHUB_HOST", "127.0.0.1");
        String port = set.getOrDefault("DATAHUB_ZMQ_PORT", "5555");
        if (!port.matches("\\d{1,5}")) {
            throw new CommandFailure(CommandFailure.USAGE, "DATAHUB_ZMQ_PORT is '" + port + "', which is no port.");
        }
        Endpoint preset = new Endpoint("ZeroMQ", "DATAHUB_ZMQ_PORT", host, Integer.parseInt(port));
        return "tcp://" + new RunFile(home).zeromq().orElse(preset.reachable());
    }

    private static Credential credential(Home home, Map<String, String> set) throws IOException, CommandFailure {
        String keyFile = set.getOrDefault("DATAHUB_CURVE_KEY_FILE", "");
        String user = set.getOrDefault("DATAHUB_USER", "");
        String token = set.getOrDefault("DATAHUB_TOKEN", "");
        String tokenFile = set.getOrDefault("DATAHUB_TOKEN_FILE", "");
        if (!keyFile.isEmpty()) {
            String hubKey = set.getOrDefault("DATAHUB_HUB_KEY", "");
            return new Credential.Curve(
                    CurveKeys.ofSecret(read(Path.of(keyFile))), hubKey.isEmpty() ? read(home.curveKey()) : hubKey);
        }
        if (!token.isEmpty() || !tokenFile.isEmpty()) {
            if (user.isEmpty()) {
                throw new CommandFailure(
                        CommandFailure.USAGE, "Set DATAHUB_USER to the name of the user whose token that is.");
            }
            return new Credential.Token(user, token.isEmpty() ? read(Path.of(tokenFile)) : token);
        }
        if (user.equals("anonymous")) {
            return new Credential.Anonymous();
        }
        if ((!user.isEmpty() && !user.equals("admin")) || !Files.isReadable(home.adminToken())) {
            throw new CommandFailure(
                    CommandFailure.USAGE,
                    "There is no credential: set DATAHUB_USER, and DATAHUB_TOKEN, DATAHUB_TOKEN_FILE or"
                            + " DATAHUB_CURVE_KEY_FILE.");
        }
        return new Credential.Token("admin", read(home.adminToken()));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }
}
