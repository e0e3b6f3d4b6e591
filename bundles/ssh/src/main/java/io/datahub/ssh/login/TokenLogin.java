package io.datahub.ssh.login;

import io.datahub.api.user.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.server.auth.keyboard.InteractiveChallenge;
import org.apache.sshd.server.auth.keyboard.KeyboardInteractiveAuthenticator;
import org.apache.sshd.server.auth.password.PasswordAuthenticator;
import org.apache.sshd.server.session.ServerSession;

/** Logs clients in by a token: as their password, or as the answer to the one question that is asked. Thread-safe. */
public final class TokenLogin implements PasswordAuthenticator, KeyboardInteractiveAuthenticator {

    private final Logins logins;

    /** @param logins authenticates the tokens */
    public TokenLogin(Logins logins) {
        this.logins = logins;
    }

    @Override
    public boolean authenticate(String user, String password, ServerSession session) {
        byte[] token = password.getBytes(StandardCharsets.UTF_8);
        return token.length > 0
                && token.length <= Credentials.ExternalToken.MAX_BYTES
                && logins.authenticate(session, new Credentials.Token(Optional.of(user), token));
    }

    @Override
    public InteractiveChallenge generateChallenge(
            ServerSession session, String user, String language, String submethods) {
        InteractiveChallenge challenge = new InteractiveChallenge();
        challenge.setInteractionName("");
        challenge.setInteractionInstruction("");
        challenge.setLanguageTag("");
        challenge.addPrompt("Token, as the password: ", false); // lftp looks for the last word
        return challenge;
    }

    @Override
    public boolean authenticate(ServerSession session, String user, List<String> answers) {
        return answers.size() == 1 && authenticate(user, answers.get(0), session);
    }
}
