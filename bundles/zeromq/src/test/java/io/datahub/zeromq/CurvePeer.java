package io.datahub.zeromq;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The client's side of CURVE (RFC 26) over a {@link RawPeer}, step by step, that can also break every rule. */
final class CurvePeer {

    final RawPeer raw;
    final CurveKeyPair shortTerm = CurveKeyPair.random();

    /** What can be made wrong before it is used. */
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
    private long heard;

    CurvePeer(RawPeer raw, String user) {
        this.raw = raw;
        keys = FakeAuthenticator.keys(user);
        vouchingSecret = keys.secretKey();
    }

    private static byte[] hubKey() {
        return new CurveKeyFiles(Fixture.HOME.state()).load().publicKey();
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** The greetings, after which HELLO may come. */
    CurvePeer greet(int minor) throws IOException {
        raw.send(RawPeer.greeting(3, minor, "CURVE"));
        raw.receive(64);
        return this;
    }

    byte[] hello() {
        byte[] shared = shortTerm.sharedWith(hub).orElseThrow();
        byte[] box = new CurveBox(shared, "CurveZMQHELLO---").seal(++nonce, new byte[64]);
        return joined(new byte[] {1, 0}, new byte[72], shortTerm.publicKey(), bytes(nonce), box);
    }

    /** Takes WELCOME. */
    void welcomed() throws IOException {
        byte[] frame = raw.rawMessage().get(0);
        byte[] long16 = Arrays.copyOfRange(frame, 8, 24);
        byte[] content = CurveBox.of(shortTerm.sharedWith(hub).orElseThrow(), "WELCOME-", long16)
                .open(CurveBox.rest(long16), Arrays.copyOfRange(frame, 24, frame.length))
                .orElseThrow();
        hubShortTerm = Arrays.copyOf(content, 32);
        cookie = Arrays.copyOfRange(content, 32, content.length);
        trafficKey = shortTerm.sharedWith(hubShortTerm).orElseThrow();
    }

    byte[] initiate() {
        byte[] long16 = CurveKeyPair.randomBytes(16);
        byte[] vouch = CurveBox.of(
                        CurveKeyPair.shared(vouchingSecret, hubShortTerm).orElseThrow(), "VOUCH---", long16)
                .seal(CurveBox.rest(long16), joined(vouchedFor, vouchedHub));
        byte[] content = joined(keys.publicKey(), long16, vouch, metadata);
        byte[] box = new CurveBox(trafficKey, "CurveZMQINITIATE").seal(++nonce, content);
        return joined(cookie, bytes(nonce), box);
    }

    /** Takes READY; the metadata in it. */
    Metadata ready() throws IOException, ProtocolException {
        byte[] frame = raw.rawMessage().get(0);
        heard = ByteBuffer.wrap(frame).getLong(6);
        byte[] content = new CurveBox(trafficKey, "CurveZMQREADY---")
                .open(heard, Arrays.copyOfRange(frame, 14, frame.length))
                .orElseThrow();
        return Metadata.parse(ByteBuffer.wrap(content));
    }

    /** The whole handshake. */
    CurvePeer logIn(String socketType, int minor) throws IOException, ProtocolException {
        metadata = Metadata.of(Metadata.SOCKET_TYPE, socketType).bytes();
        greet(minor);
        raw.send(RawPeer.command("HELLO", hello()));
        welcomed();
        raw.send(RawPeer.command("INITIATE", initiate()));
        ready();
        return this;
    }

    /** The frame of a box: with flags 1 for more and 2 for a command. */
    byte[] boxed(int flags, byte[] body) {
        byte[] box =
                new CurveBox(trafficKey, "CurveZMQMESSAGEC").seal(++nonce, joined(new byte[] {(byte) flags}, body));
        return joined(frameHeader(box.length + 16), ascii("\u0007MESSAGE"), bytes(nonce), box);
    }

    static byte[] frameHeader(int length) {
        return length > 255 ? joined(new byte[] {2}, bytes(length)) : new byte[] {0, (byte) length};
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] message(String... frames) {
        byte[] all = {};
        for (int i = 0; i < frames.length; i++) {
            all = joined(all, boxed(i < frames.length - 1 ? 1 : 0, frames[i].getBytes(StandardCharsets.UTF_8)));
        }
        return all;
    }

    /** A command in a box. */
    byte[] command(String name, byte[] body) {
        return boxed(2, joined(new byte[] {(byte) name.length()}, ascii(name), body));
    }

    /** Opens the next box: flags and body. Demands that its number is higher than all before. */
    byte[] open() throws IOException {
        byte[] frame = raw.rawMessage().get(0);
        if (!new String(frame, 0, 8, StandardCharsets.US_ASCII).equals("\u0007MESSAGE")) {
            throw new IOException("MESSAGE was expected");
        }
        long number = ByteBuffer.wrap(frame).getLong(8);
        if (number <= heard) {
            throw new IOException("the hub's nonce came again");
        }
        heard = number;
        return new CurveBox(trafficKey, "CurveZMQMESSAGES")
                .open(number, Arrays.copyOfRange(frame, 16, frame.length))
                .orElseThrow(() -> new IOException("a box isn't genuine"));
    }

    /** The next message's frames. */
    List<byte[]> rawMessage() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        int flags = 1;
        while ((flags & 1) != 0) {
            byte[] content = open();
            flags = content[0];
            frames.add(Arrays.copyOfRange(content, 1, content.length));
        }
        return frames;
    }

    /** The next message's frames, as text. */
    List<String> receive() throws IOException {
        return rawMessage().stream()
                .map(frame -> new String(frame, StandardCharsets.UTF_8))
                .toList();
    }
}
