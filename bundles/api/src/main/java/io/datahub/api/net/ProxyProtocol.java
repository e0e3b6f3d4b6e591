package io.datahub.api.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Parses the header of the PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt), by which a proxy
 * announces, before anything else on a connection, the client that it forwards. Works on bytes only; never resolves
 * names.
 *
 * <p>The client is {@link IpAddress#UNKNOWN} if the proxy connects on its own behalf ({@code LOCAL}), does not know the
 * client ({@code UNKNOWN}, {@code UNSPEC}) or has it on a socket without an IP address ({@code AF_UNIX}). A client
 * reported by a proxy is never local: a loopback address would be one of the proxy's machine.
 */
public final class ProxyProtocol {

    /** The maximum length of a header, in bytes. */
    public static final int MAX_BYTES = 4_096 + 16;

    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int V1_MAX_BYTES = 107;
    private static final int V1_FIELDS = 6;

    private static final byte[] V2 = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final int V2_BYTES = 16;
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final int UNIX = 0x31;
    private static final int UNIX_BYTES = 2 * 108;

    private static final int CHECKSUM = 0x03;
    private static final int SSL = 0x20;
    private static final int CLIENT_SSL = 0x01;

    /** After this many matching bytes it can only be a header. */
    private static final int DECISIVE = 5;

    private static final int MAX_PORT = 65_535;
    private static final InetSocketAddress NO_ADDRESS = new InetSocketAddress(IpAddress.UNKNOWN, 0);
    private static final Header ABSENT = new Header(State.ABSENT, 0, NO_ADDRESS, false);
    private static final Header INCOMPLETE = new Header(State.INCOMPLETE, 0, NO_ADDRESS, false);
    private static final Header MALFORMED = new Header(State.MALFORMED, 0, NO_ADDRESS, false);

    private ProxyProtocol() {}

    /** What the first bytes of a connection are. */
    public enum State {
        /** Not a header; nothing was consumed. */
        ABSENT,
        /** Possibly the beginning of a header; read again with more bytes. */
        INCOMPLETE,
        /** An invalid header; the connection must be closed. */
        MALFORMED,
        /** A complete header. */
        COMPLETE
    }

    /**
     * The result of reading.
     *
     * @param state whether the header is complete
     * @param length of the header in bytes; the client's own data follows
     * @param client has port 0 if it is unknown
     * @param encrypted whether the client speaks TLS to the proxy, which version 2 can report
     */
    public record Header(State state, int length, InetSocketAddress client, boolean encrypted) {}

    /**
     * Reads the beginning of a connection, from {@code from} (inclusive) to {@code to} (exclusive). Thread-safe.
     *
     * @param bytes the bytes received so far
     * @param from the index of the first one
     * @param to the index after the last one
     * @return the result, whose state says whether the header is complete
     */
    public static Header read(ByteBuffer bytes, int from, int to) {
        int v1 = common(bytes, from, to, V1);
        int v2 = common(bytes, from, to, V2);
        int available = to - from;
        if (v1 == V1.length) {
            return version1(bytes, from, to);
        }
        if (v2 == V2.length) {
            return available < V2_BYTES ? beginning(bytes, from, available) : version2(bytes, from, to);
        }
        if (Math.max(v1, v2) == available) {
            return INCOMPLETE;
        }
        return Math.max(v1, v2) >= DECISIVE ? MALFORMED : ABSENT;
    }

    private static int common(ByteBuffer bytes, int from, int to, byte[] expected) {
        int same = 0;
        while (same < expected.length && from + same < to && bytes.get(from + same) == expected[same]) {
            same++;
        }
        return same;
    }

    private static Header version1(ByteBuffer bytes, int from, int to) {
        int end = Math.min(to, from + V1_MAX_BYTES);
        for (int at = from; at < end; at++) {
            if (bytes.get(at) == '\r') {
                if (at + 1 == end) {
                    break;
                }
                return bytes.get(at + 1) == '\n' ? line(bytes, from, at) : MALFORMED;
            }
            if (bytes.get(at) == '\n') {
                return MALFORMED;
            }
        }
        return to - from >= V1_MAX_BYTES ? MALFORMED : INCOMPLETE;
    }

    private static Header line(ByteBuffer bytes, int from, int end) {
        byte[] line = new byte[end - from];
        bytes.get(from, line);
        String[] fields = new String(line, StandardCharsets.ISO_8859_1).split(" ", -1);
        int length = line.length + 2;
        if (fields[1].equals("UNKNOWN")) {
            return new Header(State.COMPLETE, length, NO_ADDRESS, false);
        }
        boolean v6 = fields[1].equals("TCP6");
        if (fields.length != V1_FIELDS || !(v6 || fields[1].equals("TCP4"))) {
            return MALFORMED;
        }
        InetAddress client = address(fields[2], v6);
        int port = port(fields[4]);
        if (client == null || address(fields[3], v6) == null || port < 0 || port(fields[5]) < 0) {
            return MALFORMED;
        }
        return new Header(State.COMPLETE, length, new InetSocketAddress(client, port), false);
    }

    private static InetAddress address(String text, boolean v6) {
        return v6 == text.indexOf(':') >= 0 ? IpAddress.parse(text) : null;
    }

    private static int port(String text) {
        int port = IpAddress.number(text, 10, 5);
        return port > MAX_PORT || (text.length() > 1 && text.charAt(0) == '0') ? -1 : port;
    }

    /** Refuses a malformed beginning at once, since the rest may never arrive. */
    private static Header beginning(ByteBuffer bytes, int from, int available) {
        int at = from + V2.length;
        boolean wrong = (available > V2.length && !isCommand(bytes.get(at) & 0xff))
                || (available > V2.length + 1 && addressBytes(bytes.get(at) & 0xff, bytes.get(at + 1) & 0xff) < 0);
        return wrong ? MALFORMED : INCOMPLETE;
    }

    private static boolean isCommand(int command) {
        return command == LOCAL || command == PROXY;
    }

    /** The length of the addresses; -1 if the family and protocol are invalid. */
    private static int addressBytes(int command, int family) {
        if (command == LOCAL) {
            return 0;
        }
        return switch (family) {
            case UNSPECIFIED -> 0;
            case TCP4 -> 2 * 4 + 4;
            case TCP6 -> 2 * 16 + 4;
            case UNIX -> UNIX_BYTES;
            default -> -1;
        };
    }

    private static Header version2(ByteBuffer bytes, int from, int to) {
        int command = bytes.get(from + V2.length) & 0xff;
        int family = bytes.get(from + V2.length + 1) & 0xff;
        int rest = unsignedShort(bytes, from + V2.length + 2);
        int addresses = addressBytes(command, family);
        int length = V2_BYTES + rest;
        if (!isCommand(command) || addresses < 0 || rest < addresses || length > MAX_BYTES) {
            return MALFORMED;
        }
        if (length > to - from) {
            return INCOMPLETE;
        }
        if (command == LOCAL || family == UNSPECIFIED) {
            return new Header(State.COMPLETE, length, NO_ADDRESS, false);
        }
        return extended(bytes, from, length, addresses, client(bytes, from + V2_BYTES, family));
    }

    private static InetSocketAddress client(ByteBuffer bytes, int at, int family) {
        if (family != TCP4 && family != TCP6) {
            return NO_ADDRESS;
        }
        byte[] address = new byte[family == TCP4 ? 4 : 16];
        bytes.get(at, address);
        return new InetSocketAddress(IpAddress.of(address), unsignedShort(bytes, at + 2 * address.length));
    }

    /** Reads the type-length-value entries after the addresses. */
    private static Header extended(ByteBuffer bytes, int from, int length, int addresses, InetSocketAddress client) {
        boolean encrypted = false;
        int end = from + length;
        int at = from + V2_BYTES + addresses;
        while (at < end) {
            if (end - at < 3 || unsignedShort(bytes, at + 1) > end - at - 3) {
                return MALFORMED;
            }
            int type = bytes.get(at) & 0xff;
            int size = unsignedShort(bytes, at + 1);
            if (type == CHECKSUM && !(size == 4 && isIntact(bytes, from, length, at + 3))) {
                return MALFORMED;
            }
            if (type == SSL && size < 5) {
                return MALFORMED;
            }
            encrypted |= type == SSL && (bytes.get(at + 3) & CLIENT_SSL) != 0;
            at += 3 + size;
        }
        return new Header(State.COMPLETE, length, client, encrypted);
    }

    private static boolean isIntact(ByteBuffer bytes, int from, int length, int checksumAt) {
        byte[] header = new byte[length];
        bytes.get(from, header);
        ByteBuffer buffer = ByteBuffer.wrap(header);
        int expected = buffer.getInt(checksumAt - from);
        buffer.putInt(checksumAt - from, 0);
        CRC32C computed = new CRC32C();
        computed.update(header);
        return (int) computed.getValue() == expected;
    }

    private static int unsignedShort(ByteBuffer bytes, int at) {
        return (bytes.get(at) & 0xff) << Byte.SIZE | (bytes.get(at + 1) & 0xff);
    }
}
