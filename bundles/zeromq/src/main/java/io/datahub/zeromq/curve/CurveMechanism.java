package io.datahub.zeromq.curve;

import io.datahub.api.Result;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.zeromq.zmtp.Command;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.Mechanism;
import io.datahub.zeromq.zmtp.Metadata;
import io.datahub.zeromq.zmtp.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The CURVE mechanism (RFC 26): the peer proves that it holds the secret key of a user's public key, and all following
 * traffic is encrypted. Between HELLO and INITIATE the hub keeps no state but the key of its cookie, which is used
 * once.
 */
public final class CurveMechanism implements Mechanism {

    public static final String NAME = "CURVE";

    private static final int KEY = CurveKeyPair.KEY_BYTES;
    private static final int LONG_NONCE = 16;
    private static final int PADDING = 72;
    private static final int HELLO_BYTES = 2 + PADDING + KEY + Long.BYTES + CurveBox.TAG + 64;
    private static final int COOKIE_BYTES = CurveBox.TAG + 2 * KEY;
    private static final int VOUCH_BYTES = CurveBox.TAG + 2 * KEY;
    private static final int MIN_INITIATE_BYTES =
            LONG_NONCE + COOKIE_BYTES + Long.BYTES + CurveBox.TAG + KEY + LONG_NONCE + VOUCH_BYTES;
    private static final short VERSION = 0x0100;
    private static final long READY_NONCE = 1;

    private final CurveKeyPair hubKeys;
    private final Function<Credentials, CompletionStage<Result<Login>>> authenticator;
    private boolean helloReceived;

    /** The key of the cookie; cleared after the first attempt to open it. */
    private byte[] cookieKey;

    /** The shared key of both short-term key pairs. */
    private byte[] trafficKey;

    /** The nonce of the last command received. */
    private long lastNonce;

    public CurveMechanism(CurveKeyPair hubKeys, Function<Credentials, CompletionStage<Result<Login>>> authenticator) {
        this.hubKeys = hubKeys;
        this.authenticator = authenticator;
    }

    @Override
    public Outcome receive(Command command) throws ProtocolException {
        if (!helloReceived && command.name().equals("HELLO")) {
            helloReceived = true;
            return hello(command.body().duplicate());
        }
        if (cookieKey != null && command.name().equals("INITIATE")) {
            return initiate(command.body().duplicate());
        }
        throw new ProtocolException(
                DisconnectReason.BAD_HANDSHAKE, (helloReceived ? "INITIATE" : "HELLO") + " was expected");
    }

    private Outcome hello(ByteBuffer body) throws ProtocolException {
        if (body.remaining() != HELLO_BYTES || body.getShort() != VERSION) {
            throw new ProtocolException(
                    DisconnectReason.BAD_HANDSHAKE, "HELLO is malformed or has an unsupported CURVE version");
        }
        body.position(body.position() + PADDING);
        byte[] client = readBytes(body, KEY);
        lastNonce = body.getLong();
        byte[] signature = readBytes(body, body.remaining());
        Optional<byte[]> shared = hubKeys.sharedWith(client);
        if (shared.flatMap(key -> new CurveBox(key, "CurveZMQHELLO---").open(lastNonce, signature))
                .isEmpty()) {
            return new Outcome.Refused(
                    "HELLO was encrypted for another key: the client has a wrong public key of the hub");
        }
        return new Outcome.Reply(Command.frame("WELCOME", welcome(client, shared.get())));
    }

    private byte[] welcome(byte[] client, byte[] shared) {
        CurveKeyPair shortTerm = CurveKeyPair.random();
        cookieKey = CurveKeyPair.randomBytes(KEY);
        byte[] cookieNonce = CurveKeyPair.randomBytes(LONG_NONCE);
        byte[] cookie = CurveBox.of(cookieKey, "COOKIE--", cookieNonce)
                .seal(CurveBox.nonceSuffix(cookieNonce), concat(client, shortTerm.secretKey()));
        byte[] nonce = CurveKeyPair.randomBytes(LONG_NONCE);
        byte[] box = CurveBox.of(shared, "WELCOME-", nonce)
                .seal(CurveBox.nonceSuffix(nonce), concat(shortTerm.publicKey(), cookieNonce, cookie));
        return concat(nonce, box);
    }

    private Outcome initiate(ByteBuffer body) throws ProtocolException {
        if (body.remaining() < MIN_INITIATE_BYTES) {
            throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "INITIATE is malformed");
        }
        Optional<byte[]> cookie = openCookie(readBytes(body, LONG_NONCE), readBytes(body, COOKIE_BYTES));
        if (cookie.isEmpty()) {
            return new Outcome.Refused("INITIATE doesn't contain the cookie of this connection");
        }
        byte[] client = Arrays.copyOf(cookie.get(), KEY);
        byte[] secret = Arrays.copyOfRange(cookie.get(), KEY, 2 * KEY);
        long nonce = body.getLong();
        if (Long.compareUnsigned(nonce, lastNonce) <= 0) {
            throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "a nonce was repeated");
        }
        lastNonce = nonce;
        byte[] box = readBytes(body, body.remaining());
        trafficKey = CurveKeyPair.shared(secret, client).orElseThrow(); // otherwise HELLO would have been refused
        Optional<byte[]> content = new CurveBox(trafficKey, "CurveZMQINITIATE").open(nonce, box);
        return content.isPresent()
                ? verifyVouch(ByteBuffer.wrap(content.get()), client, secret)
                : new Outcome.Refused("the box of INITIATE failed authentication");
    }

    private Optional<byte[]> openCookie(byte[] nonce, byte[] cookie) {
        CurveBox box = CurveBox.of(cookieKey, "COOKIE--", nonce);
        Arrays.fill(cookieKey, (byte) 0);
        cookieKey = null;
        return box.open(CurveBox.nonceSuffix(nonce), cookie);
    }

    private Outcome verifyVouch(ByteBuffer content, byte[] client, byte[] secret) throws ProtocolException {
        byte[] key = readBytes(content, KEY);
        byte[] nonce = readBytes(content, LONG_NONCE);
        byte[] vouch = readBytes(content, VOUCH_BYTES);
        byte[] expected = concat(client, hubKeys.publicKey());
        boolean valid = CurveKeyPair.shared(secret, key)
                .flatMap(shared -> CurveBox.of(shared, "VOUCH---", nonce).open(CurveBox.nonceSuffix(nonce), vouch))
                .filter(vouched -> MessageDigest.isEqual(vouched, expected))
                .isPresent();
        if (!valid) {
            return new Outcome.Refused("the peer failed to prove that it has the secret key of its public key");
        }
        return Mechanism.outcome(
                authenticator.apply(new Credentials.CurveKey(key)),
                result -> result instanceof Result.Done<Login> done
                        ? new Outcome.Authenticated(done.value(), Metadata.parse(content))
                        : new Outcome.Refused(result.refusal().orElseThrow().detail()));
    }

    @Override
    public ByteBuffer ready(Metadata hubMetadata) {
        byte[] box = new CurveBox(trafficKey, "CurveZMQREADY---").seal(READY_NONCE, hubMetadata.bytes());
        byte[] nonce = ByteBuffer.allocate(Long.BYTES).putLong(READY_NONCE).array();
        return Command.frame("READY", concat(nonce, box));
    }

    /**
     * The keys for the messages after the handshake, which must have succeeded.
     *
     * @param batch that of the connection's thread
     */
    public CurveSessionKeys sessionKeys(KeyStreamBatch batch) {
        return new CurveSessionKeys(trafficKey, lastNonce, READY_NONCE, batch);
    }

    private static byte[] readBytes(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
