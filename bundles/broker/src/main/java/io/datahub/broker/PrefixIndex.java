package io.datahub.broker;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Who subscribed to which prefix: a radix tree over bytes. Finding all whose prefix a topic begins with takes time by the
 * length of the topic, however many subscriptions there are; nothing here recurses. Nodes that nobody needs any more go
 * at once.
 *
 * <p>Reading takes no lock and may meet a change that is half over: each node is whole, but two subscriptions made
 * together may be seen one by one. Changes take the index's own lock. For any thread.
 *
 * @param <S> subscribers; told apart by identity
 */
final class PrefixIndex<S> {

    private static final Object[] NOBODY = {};
    private static final Node[] NO_CHILDREN = {};

    private final Node root = new Node(new byte[0], NO_CHILDREN, NOBODY);

    // guarded by this
    private int size;

    /** Adds a subscriber that isn't there yet under this prefix. */
    synchronized void add(byte[] prefix, S subscriber) {
        Node node = root;
        int at = 0;
        while (at < prefix.length) {
            int i = node.indexOf(prefix[at]);
            if (i < 0) {
                Node leaf = new Node(Arrays.copyOfRange(prefix, at, prefix.length), NO_CHILDREN, NOBODY);
                node.children = with(node.children, ~i, leaf);
                node = leaf;
                break;
            }
            Node child = node.children[i];
            int common = Arrays.mismatch(
                    child.label, 0, child.label.length, prefix, at, Math.min(prefix.length, at + child.label.length));
            if (common >= 0) {
                child = child.split(common);
                node.children = replaced(node.children, i, child);
            }
            node = child;
            at += child.label.length;
        }
        node.members = with(node.members, node.members.length, subscriber);
        size++;
    }

    /** Takes a subscriber away from under this prefix; false if it wasn't there. */
    synchronized boolean remove(byte[] prefix, S subscriber) {
        Node above = null;
        Node parent = null;
        Node node = root;
        int at = 0;
        while (at < prefix.length) {
            int i = node.indexOf(prefix[at]);
            if (i < 0 || !node.children[i].leads(prefix, at)) {
                return false;
            }
            above = parent;
            parent = node;
            node = node.children[i];
            at += node.label.length;
        }
        int member = indexOf(node.members, subscriber);
        if (member < 0) {
            return false;
        }
        node.members = without(node.members, member);
        size--;
        tidy(node, parent, above);
        return true;
    }

    /** Drops a node that says nothing any more, or joins it with its only child. */
    private void tidy(Node node, Node parent, Node above) {
        if (node.members.length > 0 || parent == null) {
            return;
        }
        int i = parent.indexOf(node.label[0]);
        if (node.children.length == 1) {
            parent.children = replaced(parent.children, i, node.joined());
        } else if (node.children.length == 0) {
            parent.children = without(parent.children, i);
            if (parent.members.length == 0 && parent.children.length == 1 && above != null) {
                above.children = replaced(above.children, above.indexOf(parent.label[0]), parent.joined());
            }
        }
    }

    /**
     * Finds those whose prefix the topic begins with; one who has several such prefixes is found as often.
     *
     * @param shortest prefixes shorter than this don't count
     */
    @SuppressWarnings("unchecked") // only S are ever added
    void match(byte[] topic, int shortest, Consumer<? super S> found) {
        Node node = root;
        int at = 0;
        while (node != null) {
            if (at >= shortest) {
                for (Object member : node.members) {
                    found.accept((S) member);
                }
            }
            node = at < topic.length ? node.child(topic, at) : null;
            at += node == null ? 0 : node.label.length;
        }
    }

    /** Whether somebody subscribed to a prefix that is longer than the topic, begins with it and goes on with that byte. */
    boolean goesOn(byte[] topic, byte next) {
        Node node = root;
        int at = 0;
        while (at <= topic.length) {
            Node[] children = node.children;
            int i = Node.indexOf(children, at < topic.length ? topic[at] : next);
            if (i < 0) {
                return false;
            }
            node = children[i];
            int common = Math.min(node.label.length, topic.length - at);
            if (!Arrays.equals(node.label, 0, common, topic, at, at + common)) {
                return false;
            }
            if (common < node.label.length) {
                return node.label[common] == next;
            }
            at += common;
        }
        return true;
    }

    /** The number of nodes that a match of this topic goes through, below the root; for tests. */
    int steps(byte[] topic) {
        int steps = 0;
        int at = 0;
        for (Node node = root; node != null && at < topic.length; steps += node == null ? 0 : 1) {
            node = node.child(topic, at);
            at += node == null ? 0 : node.label.length;
        }
        return steps;
    }

    /** The number of subscriptions. */
    synchronized int size() {
        return size;
    }

    /** The number of nodes below the root; slow, for tests. */
    synchronized int nodes() {
        int nodes = 0;
        ArrayDeque<Node> open = new ArrayDeque<>(Arrays.asList(root.children));
        while (!open.isEmpty()) {
            nodes++;
            open.addAll(Arrays.asList(open.poll().children));
        }
        return nodes;
    }

    private static int indexOf(Object[] members, Object subscriber) {
        for (int i = 0; i < members.length; i++) {
            if (members[i] == subscriber) {
                return i;
            }
        }
        return -1;
    }

    private static <T> T[] with(T[] items, int at, T item) {
        T[] more = Arrays.copyOf(items, items.length + 1);
        System.arraycopy(items, at, more, at + 1, items.length - at);
        more[at] = item;
        return more;
    }

    private static <T> T[] without(T[] items, int at) {
        T[] less = Arrays.copyOf(items, items.length - 1);
        System.arraycopy(items, at + 1, less, at, less.length - at);
        return less;
    }

    private static <T> T[] replaced(T[] items, int at, T item) {
        T[] others = items.clone();
        others[at] = item;
        return others;
    }

    /** The arrays are replaced and never changed, so a reader sees each either as it was or as it is. */
    private static final class Node {
        final byte[] label;
        volatile Node[] children;
        volatile Object[] members;

        Node(byte[] label, Node[] children, Object[] members) {
            this.label = label;
            this.children = children;
            this.members = members;
        }

        /** Where the child is that begins with this byte, or the complement of where it would be. */
        int indexOf(byte first) {
            return indexOf(children, first);
        }

        /** The child that the topic leads to from there, or null. */
        Node child(byte[] topic, int at) {
            Node[] nodes = children;
            int i = indexOf(nodes, topic[at]);
            return i >= 0 && nodes[i].leads(topic, at) ? nodes[i] : null;
        }

        private static int indexOf(Node[] nodes, byte first) {
            int low = 0;
            int high = nodes.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = Byte.compareUnsigned(nodes[middle].label[0], first);
                if (order == 0) {
                    return middle;
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return ~low;
        }

        /** Whether the text goes on with this label there. */
        boolean leads(byte[] text, int at) {
            int end = at + label.length;
            return end <= text.length && Arrays.equals(label, 0, label.length, text, at, end);
        }

        /** This node in two: one with the beginning of the label, above one with the rest. */
        Node split(int length) {
            Node rest = new Node(Arrays.copyOfRange(label, length, label.length), children, members);
            return new Node(Arrays.copyOf(label, length), new Node[] {rest}, NOBODY);
        }

        /** This node and its only child in one. */
        Node joined() {
            Node child = children[0];
            byte[] both = Arrays.copyOf(label, label.length + child.label.length);
            System.arraycopy(child.label, 0, both, label.length, child.label.length);
            return new Node(both, child.children, child.members);
        }
    }
}
