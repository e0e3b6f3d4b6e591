package io.datahub.zeromq.curve;

import io.datahub.zeromq.Fixture;
import io.datahub.zeromq.TestUsers;
import io.datahub.zeromq.zmtp.Metadata;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The client side of CURVE (RFC 26) over a {@link RawPeer}, step by step; it can also violate the protocol. */
final class CurvePeer {

    final RawPeer raw;
    final CurveKeyPair shortTerm = CurveKeyPair.random();

    /** Values that a test can falsify before they are used. */
    CurveKeyPair keys;

    byte[] hub = hubKey();
    byte[] vouchedFor = shortTerm.publicKey();
    byte[] vouchedHub = hubKey();
    byte[] vouchingSecret;
    byte[] cookie;
    byte[] metadata = Metadata.of(Metadata.SOCKET_TYPE, "DEALER").bytes();
    long nonce;

    private byte[] hubShortTerm;
    private byte[] trafficKey;
    private long lastNonce;

    CurvePeer(RawPeer raw, String user) {
        this.raw = raw;
        keys = TestUsers.keys(user);
        vouchingSecret = keys.secretKey();
    }

    private static byte[] hubKey() {
        return new CurveKeyFiles(Fixture.HOME.state()).load().publicKey();
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Exchanges the greetings; HELLO is next. */
    CurvePeer exchangeGreetings(int minor) throws IOException {
        raw.send(RawPeer.greeting(3, minor, "CURVE"));
        raw.receive(64);
        return this;
    }

    byte[] hello() {
        byte[] shared = shortTerm.sharedWith(hub).orElseThrow();
        byte[] box = new CurveBox(shared, "CurveZMQHELLO---").seal(++nonce, new byte[64]);
        return concat(new byte[] {1, 0}, new byte[72], shortTerm.publicKey(), bytes(nonce), box);
    }

    /** Reads WELCOME. */
    void readWelcome() throws IOException {
        byte[] frame = raw.rawMessage().get(0);
        byte[] long16 = Arrays.copyOfRange(frame, 8, 24);
        byte[] content = CurveBox.of(shortTerm.sharedWith(hub).orElseThrow(), "WELCOME-", long16)
                .open(CurveBox.nonceSuffix(long16), Arrays.copyOfRange(frame, 24, frame.length))
                .orElseThrow();
        hubShortTerm = Arrays.copyOf(content, 32);
        cookie = Arrays.copyOfRange(content, 32, content.length);
        trafficKey = shortTerm.sharedWith(hubShortTerm).orElseThrow();
    }

    byte[] initiate() {
        byte[] long16 = CurveKeyPair.randomBytes(16);
        byte[] vouch = CurveBox.of(
                        CurveKeyPair.shared(vouchingSecret, hubShortTerm).orElseThrow(), "VOUCH---", long16)
                .seal(CurveBox.nonceSuffix(long16), concat(vouchedFor, vouchedHub));
        byte[] content = concat(keys.publicKey(), long16, vouch, metadata);
        byte[] box = new CurveBox(trafficKey, "CurveZMQINITIATE").seal(++nonce, content);
        return concat(cookie, bytes(nonce), box);
    }

    /** Reads READY; returns its metadata. */
    Metadata readReady() throws IOException, ProtocolException {
        byte[] frame = raw.rawMessage().get(0);
        lastNonce = ByteBuffer.wrap(frame).getLong(6);
        byte[] content = new CurveBox(trafficKey, "CurveZMQREADY---")
                .open(lastNonce, Arrays.copyOfRange(frame, 14, frame.length))
                .orElseThrow();
        return Metadata.parse(ByteBuffer.wrap(content));
    }

    /** Performs the whole handshake. */
    CurvePeer logIn(String socketType, int minor) throws IOException, ProtocolException {
        metadata = Metadata.of(Metadata.SOCKET_TYPE, socketType).bytes();
        exchangeGreetings(minor);
        raw.send(RawPeer.command("HELLO", hello()));
        readWelcome();
        raw.send(RawPeer.command("INITIATE", initiate()));
        readReady();
        return this;
    }

    /**
     * Encrypts a frame.
     *
     * @param flags 1 for more, 2 for a command
     */
    byte[] encrypted(int flags, byte[] body) {
        byte[] box =
                new CurveBox(trafficKey, "CurveZMQMESSAGEC").seal(++nonce, concat(new byte[] {(byte) flags}, body));
        return concat(frameHeader(box.length + 16), ascii("\u0007MESSAGE"), bytes(nonce), box);
    }

    static byte[] frameHeader(int length) {
        return length > 255 ? concat(new byte[] {2}, bytes(length)) : new byte[] {0, (byte) length};
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] message(String... frames) {
        byte[] all = {};
        for (int i = 0; i < frames.length; i++) {
            all = concat(all, encrypted(i < frames.length - 1 ? 1 : 0, frames[i].getBytes(StandardCharsets.UTF_8)));
        }
        return all;
    }

    /** Encrypts a command. */
    byte[] command(String name, byte[] body) {
        return encrypted(2, concat(new byte[] {(byte) name.length()}, ascii(name), body));
    }

    /** Decrypts the next box: flags and body. Fails unless its nonce is greater than all before. */
    byte[] decrypt() throws IOException {
        byte[] frame = raw.rawMessage().get(0);
        if (!new String(frame, 0, 8, StandardCharsets.US_ASCII).equals("\u0007MESSAGE")) {
            throw new IOException("MESSAGE was expected");
        }
        long number = ByteBuffer.wrap(frame).getLong(8);
        if (number <= lastNonce) {
            throw new IOException("the hub repeated a nonce");
        }
        lastNonce = number;
        return new CurveBox(trafficKey, "CurveZMQMESSAGES")
                .open(number, Arrays.copyOfRange(frame, 16, frame.length))
                .orElseThrow(() -> new IOException("a box failed authentication"));
    }

    /** The frames of the next message. */
    List<byte[]> rawMessage() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        int flags = 1;
        while ((flags & 1) != 0) {
            byte[] content = decrypt();
            flags = content[0];
            frames.add(Arrays.copyOfRange(content, 1, content.length));
        }
        return frames;
    }

    /** The frames of the next message, as text. */
    List<String> receive() throws IOException {
        return rawMessage().stream()
                .map(frame -> new String(frame, StandardCharsets.UTF_8))
                .toList();
    }
}
