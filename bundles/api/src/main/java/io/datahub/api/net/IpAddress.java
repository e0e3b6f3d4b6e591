package io.datahub.api.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Parses and formats IP addresses. Never resolves names. */
public final class IpAddress {

    /** Placeholder for a client whose address is unknown; it never counts as local. {@code 0.0.0.0}. */
    public static final InetAddress UNKNOWN = of(new byte[4]);

    private static final int IP4_BYTES = 4;
    private static final int IP6_BYTES = 16;
    private static final int IP6_NETWORK_BYTES = 8;
    private static final int LONGEST = 45;

    private IpAddress() {}

    /**
     * Parses an address: IPv4 as four decimal numbers without leading zeros, or IPv6 as in RFC 4291, 2.2, without a
     * zone and without brackets.
     *
     * @param text any text
     * @return null if the text is anything else; an IPv4 address for an IPv4-mapped IPv6 address
     */
    public static InetAddress parse(String text) {
        if (text.length() > LONGEST) {
            return null;
        }
        byte[] bytes = text.indexOf(':') >= 0 ? ip6(text) : ip4(text);
        return bytes == null ? null : of(bytes);
    }

    /**
     * The address with these bytes.
     *
     * @param bytes the bytes, the most significant first
     * @return an IPv4 address for an IPv4-mapped IPv6 address
     * @throws IllegalArgumentException if there are neither 4 nor 16 bytes
     */
    public static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length, e);
        }
    }

    /**
     * What counts as one client where clients are limited by address: for IPv6 the /64 network, since a single client
     * usually has all of it, with zeros for the rest; an IPv4 address unchanged.
     *
     * @param address the address of a client
     * @return the address that stands for the client
     */
    public static InetAddress network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, IP6_NETWORK_BYTES, bytes.length, (byte) 0);
        return of(bytes);
    }

    /**
     * Formats a host for a URL or before a port: IPv6 in brackets, anything else unchanged.
     *
     * @param host a host name or an address
     * @return the host
     */
    public static String inUrl(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /**
     * Formats an address for a URL or before a port.
     *
     * @param address an address
     * @return the host
     */
    public static String inUrl(InetAddress address) {
        return address instanceof Inet6Address ? inUrl(address.getHostAddress()) : address.getHostAddress();
    }

    private static byte[] ip4(String text) {
        byte[] bytes = new byte[IP4_BYTES];
        String[] numbers = text.split("\\.", -1);
        if (numbers.length != IP4_BYTES) {
            return null;
        }
        for (int i = 0; i < IP4_BYTES; i++) {
            int value = number(numbers[i], 10, 3);
            if (value < 0 || value > 255 || (numbers[i].length() > 1 && numbers[i].charAt(0) == '0')) {
                return null;
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    /** Combines the groups before the double colon with those after it, which end the address. */
    private static byte[] ip6(String text) {
        int gap = text.indexOf("::");
        byte[] head = groups(gap < 0 ? text : text.substring(0, gap));
        byte[] tail = groups(gap < 0 ? "" : text.substring(gap + 2));
        boolean isWhole = head != null
                && tail != null
                && (gap < 0 ? head.length == IP6_BYTES : head.length + tail.length < IP6_BYTES)
                && (gap < 0 || text.substring(0, gap).indexOf('.') < 0);
        if (!isWhole) {
            return null;
        }
        byte[] bytes = new byte[IP6_BYTES];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(tail, 0, bytes, IP6_BYTES - tail.length, tail.length);
        return bytes;
    }

    /**
     * Parses 16-bit groups separated by colons, the last two of which may be written as an IPv4 address; null if
     * malformed.
     */
    private static byte[] groups(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] groups = text.split(":", -1);
        byte[] last = groups[groups.length - 1].indexOf('.') < 0 ? new byte[0] : ip4(groups[groups.length - 1]);
        int count = last == null || last.length == 0 ? groups.length : groups.length - 1;
        if (last == null || 2 * count + last.length > IP6_BYTES) {
            return null;
        }
        byte[] bytes = new byte[2 * count + last.length];
        for (int i = 0; i < count; i++) {
            int value = number(groups[i], 16, 4);
            if (value < 0) {
                return null;
            }
            bytes[2 * i] = (byte) (value >> Byte.SIZE);
            bytes[2 * i + 1] = (byte) value;
        }
        System.arraycopy(last, 0, bytes, 2 * count, last.length);
        return bytes;
    }

    /** Parses ASCII digits; -1 if the text is empty, too long or has any other character. */
    static int number(String text, int radix, int mostDigits) {
        if (text.isEmpty() || text.length() > mostDigits) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) < 0x80 ? Character.digit(text.charAt(i), radix) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }
}
