package io.datahub.zeromq.zmtp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The metadata of a peer in a handshake (RFC 23, "metadata"). They don't identify the user: authentication uses the
 * credentials only.
 *
 * @param properties by lower-case name, since names are case-insensitive
 */
public record Metadata(Map<String, String> properties) {

    public static final String SOCKET_TYPE = "Socket-Type";

    public static Metadata of(String name, String value) {
        return new Metadata(Map.of(name, value));
    }

    public static Metadata parse(ByteBuffer body) throws ProtocolException {
        ByteBuffer remaining = body.duplicate();
        Map<String, String> properties = new TreeMap<>();
        while (remaining.hasRemaining()) {
            String name = text(remaining, remaining.get() & 0xff);
            if (name.isEmpty() || remaining.remaining() < Integer.BYTES) {
                throw malformed();
            }
            properties.put(name.toLowerCase(Locale.ROOT), text(remaining, remaining.getInt()));
        }
        return new Metadata(properties);
    }

    private static String text(ByteBuffer bytes, int length) throws ProtocolException {
        if (length < 0 || length > bytes.remaining()) {
            throw malformed();
        }
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static ProtocolException malformed() {
        return new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "the metadata is malformed");
    }

    /**
     * The peer's socket type.
     *
     * @throws ProtocolException if it isn't supported
     */
    SocketType socketType() throws ProtocolException {
        String name = properties.getOrDefault(SOCKET_TYPE.toLowerCase(Locale.ROOT), "");
        return SocketType.of(name)
                .orElseThrow(() -> new ProtocolException(
                        DisconnectReason.BAD_SOCKET_TYPE, "socket type " + PeerText.prefix(name) + " isn't supported"));
    }

    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        properties.forEach((name, value) -> {
            byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            out.write(ascii.length);
            out.writeBytes(ascii);
            out.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(text.length).array());
            out.writeBytes(text);
        });
        return out.toByteArray();
    }
}
