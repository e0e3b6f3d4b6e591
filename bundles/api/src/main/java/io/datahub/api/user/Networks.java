package io.datahub.api.user;

import io.datahub.api.net.IpAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A list of networks, such as {@code 10.0.0.0/8} or {@code ::1}; a single address is a network of one. Immutable. */
public final class Networks {

    private final List<Network> networks = new ArrayList<>();

    /** The significant bits, within the length of the address. */
    private record Network(InetAddress address, int bits) {

        boolean contains(InetAddress other) {
            byte[] ours = address.getAddress();
            byte[] theirs = other.getAddress();
            if (ours.length != theirs.length) {
                return false;
            }
            int whole = bits / Byte.SIZE;
            int rest = 0xff00 >> bits % Byte.SIZE & 0xff;
            return Arrays.equals(ours, 0, whole, theirs, 0, whole)
                    && (rest == 0 || (ours[whole] & rest) == (theirs[whole] & rest));
        }

        @Override
        public String toString() {
            return address.getHostAddress() + "/" + bits;
        }
    }

    /**
     * Parses networks; each text may contain several, separated by commas.
     *
     * @param texts networks in CIDR notation, or single addresses
     * @throws IllegalArgumentException if one is not a network; the message names it
     */
    public Networks(String... texts) {
        for (String text : String.join(",", texts).split(",", -1)) {
            if (!text.isBlank()) {
                networks.add(network(text.strip()));
            }
        }
    }

    private static Network network(String text) {
        int slash = text.indexOf('/');
        InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
        int maxPrefix = address == null ? -1 : address.getAddress().length * Byte.SIZE;
        String bits = slash < 0 ? String.valueOf(maxPrefix) : text.substring(slash + 1);
        if (address == null || !bits.matches("\\d{1,3}") || Integer.parseInt(bits) > maxPrefix) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is neither an address nor a network such as 10.0.0.0/8 or fd00::/8; correct it");
        }
        return new Network(address, Integer.parseInt(bits));
    }

    /**
     * Parses an address; null if it is not one. Never resolves names; see {@link IpAddress#parse}.
     *
     * @param text any text
     * @return the address, or null
     */
    public static InetAddress address(String text) {
        return IpAddress.parse(text);
    }

    /**
     * Whether one of the networks contains the address.
     *
     * @param address the address
     * @return whether one of the networks contains it
     */
    public boolean contains(InetAddress address) {
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Networks that && networks.equals(that.networks);
    }

    @Override
    public int hashCode() {
        return networks.hashCode();
    }

    @Override
    public String toString() {
        return networks.stream().map(Network::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
