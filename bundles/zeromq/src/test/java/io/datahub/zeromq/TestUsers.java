package io.datahub.zeromq;

import io.datahub.api.user.Action;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.test.memory.MemoryUsers;
import io.datahub.zeromq.curve.CurveKeyPair;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Users whose token is the name with the suffix {@code -token}, and whose CURVE keys are derived from the name. */
public final class TestUsers {

    /** The users. */
    final MemoryUsers memory = new MemoryUsers();

    /** Adds or replaces a user that may publish and subscribe to topics with these prefixes. */
    public TestUsers with(String name, String publish, String subscribe) {
        List<Grant> grants =
                List.of(new Grant(Action.PUBLISH, publish, "test"), new Grant(Action.SUBSCRIBE, subscribe, "test"));
        memory.with(new User(name, Set.of(), grants))
                .with(name, name + "-token")
                .with(name, new Credentials.CurveKey(keys(name).publicKey()));
        return this;
    }

    public void without(String name) {
        memory.without(name);
    }

    public Authenticator authenticator() {
        return memory;
    }

    /** The CURVE keys of a user. */
    public static CurveKeyPair keys(String user) {
        return CurveKeyPair.of(Arrays.copyOf(user.getBytes(StandardCharsets.UTF_8), CurveKeyPair.KEY_BYTES));
    }
}
