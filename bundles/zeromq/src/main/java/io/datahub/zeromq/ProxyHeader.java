package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.Networks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a listed proxy says of the client that it speaks for, before the client's own greeting: the PROXY protocol,
 * versions 1 and 2. A proxy that begins with a greeting speaks for itself, as one does that says LOCAL or UNKNOWN.
 */
final class ProxyHeader implements Stage {

    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int V1_MAX_LENGTH = 107;

    private static final byte[] V2 = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final int V2_LENGTH = 16;
    private static final int V2_MAX_REST = 4_096;
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;

    private static final int IP4_BYTES = 4;
    private static final int IP6_BYTES = 16;
    private static final int MAX_PORT = 65_535;

    private final Connection connection;

    ProxyHeader(Connection connection) {
        this.connection = connection;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws Violation {
        ByteBuffer bytes = buffer.bytes();
        int end = from;
        if (bytes.get(from) == V1[0]) {
            end = version1(bytes, from, to);
        } else if (bytes.get(from) == V2[0]) {
            end = version2(bytes, from, to);
        } else {
            connection.awaitGreeting();
        }
        return end;
    }

    private int version1(ByteBuffer bytes, int from, int to) throws Violation {
        requireBeginning(bytes, from, to, V1);
        int most = Math.min(to, from + V1_MAX_LENGTH);
        int at = from;
        while (at + 1 < most && !(bytes.get(at) == '\r' && bytes.get(at + 1) == '\n')) {
            at++;
        }
        if (at + 1 >= most) {
            if (to - from >= V1_MAX_LENGTH) {
                throw malformed();
            }
            return from;
        }
        byte[] line = new byte[at - from];
        bytes.get(from, line);
        client(new String(line, StandardCharsets.ISO_8859_1).split(" ", -1));
        return at + 2;
    }

    private void client(String... fields) throws Violation {
        if (fields[1].equals("UNKNOWN")) {
            connection.awaitGreeting();
            return;
        }
        boolean v6 = fields[1].equals("TCP6");
        if (fields.length != 6 || !(v6 || fields[1].equals("TCP4"))) {
            throw malformed();
        }
        InetAddress address = address(fields[2], v6);
        address(fields[3], v6);
        port(fields[5]);
        connection.forwarded(new InetSocketAddress(address, port(fields[4])));
    }

    private static InetAddress address(String text, boolean v6) throws Violation {
        InetAddress address = Networks.address(text);
        if (address == null || v6 != text.indexOf(':') >= 0) {
            throw malformed();
        }
        return address;
    }

    private static int port(String text) throws Violation {
        if (!text.matches("0|[1-9]\\d{0,4}") || Integer.parseInt(text) > MAX_PORT) {
            throw malformed();
        }
        return Integer.parseInt(text);
    }

    private int version2(ByteBuffer bytes, int from, int to) throws Violation {
        requireBeginning(bytes, from, to, V2);
        if (to - from < V2_LENGTH) {
            return from;
        }
        int command = bytes.get(from + V2.length) & 0xff;
        int family = bytes.get(from + V2.length + 1) & 0xff;
        int rest = bytes.getShort(from + V2.length + 2) & 0xffff;
        int ipBytes = family == TCP4 ? IP4_BYTES : IP6_BYTES;
        boolean speaksForItself = command == LOCAL || (command == PROXY && family == UNSPECIFIED);
        boolean names = command == PROXY && (family == TCP4 || family == TCP6) && rest >= 2 * ipBytes + 4;
        if (!(speaksForItself || names) || rest > V2_MAX_REST) {
            throw malformed();
        }
        int end = from + V2_LENGTH + rest;
        if (end > to) {
            return from;
        }
        if (names) {
            connection.forwarded(client(bytes, from + V2_LENGTH, ipBytes));
        } else {
            connection.awaitGreeting();
        }
        return end;
    }

    private static InetSocketAddress client(ByteBuffer bytes, int at, int ipBytes) {
        byte[] address = new byte[ipBytes];
        bytes.get(at, address);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), bytes.getShort(at + 2 * ipBytes) & 0xffff);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong number of bytes
        }
    }

    private static void requireBeginning(ByteBuffer bytes, int from, int to, byte[] expected) throws Violation {
        for (int i = 0; i < expected.length && from + i < to; i++) {
            if (bytes.get(from + i) != expected[i]) {
                throw malformed();
            }
        }
    }

    private static Violation malformed() {
        return new Violation(Closure.BAD_PROXY_HEADER);
    }

    @Override
    public long wanted() {
        return 0;
    }
}
