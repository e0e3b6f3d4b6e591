package io.datahub.hooks.outgoing;

import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Networks;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * Resolves the host of a target, and refuses addresses that a webhook must not lead to (server-side request forgery). The
 * connection is made to the addresses that were checked, so a name that resolves to something else a moment later gains
 * nothing. One forbidden address refuses the whole name. Thread-safe.
 */
final class TargetAddresses implements SocketAddressResolver {

    /** Addresses at which clouds serve the credentials of a machine; the usual one, 169.254.169.254, is link-local. */
    private static final Networks METADATA =
            new Networks("100.100.100.200, 168.63.129.16, 192.0.0.192, fd00:ec2::254, fd20:ce::254, 0.0.0.0/8");

    /** Teredo (RFC 4380): leads to IPv4 addresses and is used by nobody any more. */
    private static final Networks TUNNELS = new Networks("2001::/32");

    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b};
    private static final byte[] SIX_TO_FOUR = {0x20, 0x02};

    /** Where the bytes of an IPv4 address are in an IPv6 address, by the length of NAT64's prefix (RFC 6052, 2.2). */
    private static final List<int[]> NAT64_FORMS = List.of(
            new int[] {12, 13, 14, 15}, new int[] {6, 7, 9, 10}, new int[] {7, 9, 10, 11}, new int[] {9, 10, 11, 12});

    private final boolean allowLoopback;
    private final Executor executor;

    /** @param executor resolves names, which blocks */
    TargetAddresses(boolean allowLoopback, Executor executor) {
        this.allowLoopback = allowLoopback;
        this.executor = executor;
    }

    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        executor.execute(() -> {
            try {
                promise.succeeded(resolve(host, port));
            } catch (UnknownHostException | RuntimeException e) {
                promise.failed(e);
            }
        });
    }

    /** @throws ForbiddenAddressException if one of the host's addresses is forbidden */
    List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        List<InetAddress> addresses = Arrays.asList(InetAddress.getAllByName(unbracketed(host)));
        for (InetAddress address : addresses) {
            if (isForbidden(address)) {
                throw new ForbiddenAddressException("a webhook must not lead to " + address.getHostAddress()
                        + (address.isLoopbackAddress() ? " unless allowLoopback is true" : ""));
            }
        }
        return addresses.stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private boolean isForbidden(InetAddress address) {
        List<InetAddress> embedded = embedded(address);
        if (!embedded.isEmpty()) {
            return embedded.stream().anyMatch(this::isForbidden);
        }
        return (address.isLoopbackAddress() && !allowLoopback)
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || METADATA.contains(address)
                || TUNNELS.contains(address);
    }

    /**
     * The IPv4 addresses that an IPv6 address may lead to: IPv4-compatible, NAT64 (RFC 6052; within the prefix for local use,
     * RFC 8215, it may be in several places) or 6to4 (RFC 3056).
     */
    private static List<InetAddress> embedded(InetAddress address) {
        if (!(address instanceof Inet6Address six)) {
            return List.of();
        }
        byte[] bytes = six.getAddress();
        if (startsWith(bytes, NAT64)) {
            boolean isForLocalUse = bytes[4] == 0 && bytes[5] == 1;
            return NAT64_FORMS.stream()
                    .limit(isForLocalUse ? NAT64_FORMS.size() : 1)
                    .map(form -> four(bytes, form))
                    .filter(four -> !isForLocalUse || four.getAddress()[0] != 0) // of a form that isn't the one in use
                    .toList();
        }
        boolean isCompatible = six.isIPv4CompatibleAddress() && !six.isLoopbackAddress() && !six.isAnyLocalAddress();
        if (isCompatible) {
            return List.of(four(bytes, NAT64_FORMS.get(0)));
        }
        return startsWith(bytes, SIX_TO_FOUR) ? List.of(four(bytes, new int[] {2, 3, 4, 5})) : List.of();
    }

    private static InetAddress four(byte[] six, int[] at) {
        return IpAddress.of(new byte[] {six[at[0]], six[at[1]], six[at[2]], six[at[3]]});
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
