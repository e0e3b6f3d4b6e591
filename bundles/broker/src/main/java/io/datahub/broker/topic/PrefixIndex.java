package io.datahub.broker.topic;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Index of subscriptions by prefix: a radix tree over bytes. Finding all prefixes of a topic takes time linear in the
 * length of the topic, regardless of the number of subscriptions; there is no recursion. Unused nodes are removed at
 * once.
 *
 * <p>Reads are lock-free and may see a change in progress: each node is consistent, but two subscriptions made together
 * may become visible one after the other. Changes are synchronized. Thread-safe.
 *
 * @param <S> subscribers; compared by identity
 */
public final class PrefixIndex<S> {

    private static final Object[] NO_MEMBERS = {};
    private static final Node[] NO_CHILDREN = {};

    private final Node root = new Node(new byte[0], NO_CHILDREN, NO_MEMBERS);

    // guarded by this
    private int size;

    /** Adds a subscriber that isn't yet present under this prefix. */
    public synchronized void add(byte[] prefix, S subscriber) {
        Node node = root;
        int at = 0;
        while (at < prefix.length) {
            int i = node.indexOf(prefix[at]);
            if (i < 0) {
                Node leaf = new Node(Arrays.copyOfRange(prefix, at, prefix.length), NO_CHILDREN, NO_MEMBERS);
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

    /** Removes a subscriber from this prefix; false if it wasn't present. */
    public synchronized boolean remove(byte[] prefix, S subscriber) {
        Node grandparent = null;
        Node parent = null;
        Node node = root;
        int at = 0;
        while (at < prefix.length) {
            int i = node.indexOf(prefix[at]);
            if (i < 0 || !node.children[i].matches(prefix, at)) {
                return false;
            }
            grandparent = parent;
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
        prune(node, parent, grandparent);
        return true;
    }

    /** Removes a node that is no longer needed, or merges it with its only child. */
    private void prune(Node node, Node parent, Node grandparent) {
        if (node.members.length > 0 || parent == null) {
            return;
        }
        int i = parent.indexOf(node.label[0]);
        if (node.children.length == 1) {
            parent.children = replaced(parent.children, i, node.merged());
        } else if (node.children.length == 0) {
            parent.children = without(parent.children, i);
            if (parent.members.length == 0 && parent.children.length == 1 && grandparent != null) {
                grandparent.children =
                        replaced(grandparent.children, grandparent.indexOf(parent.label[0]), parent.merged());
            }
        }
    }

    /**
     * Finds the subscribers of all prefixes of the topic; one with several such prefixes is found several times.
     *
     * @param minLength shorter prefixes are ignored
     */
    @SuppressWarnings("unchecked") // only S are ever added
    public void match(byte[] topic, int minLength, Consumer<? super S> found) {
        Node node = root;
        int at = 0;
        while (node != null) {
            if (at >= minLength) {
                for (Object member : node.members) {
                    found.accept((S) member);
                }
            }
            node = at < topic.length ? node.child(topic, at) : null;
            at += node == null ? 0 : node.label.length;
        }
    }

    /** Whether there is a subscription to a longer prefix, which starts with the topic followed by that byte. */
    public boolean hasLongerPrefix(byte[] topic, byte next) {
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

    /**
     * At most so many prefixes that cover all subscriptions: those that a shorter one covers are left out and, if there
     * are still too many, several are replaced by what they begin with.
     *
     * @param max at least 1
     */
    public List<byte[]> cover(int max) {
        List<byte[]> cover = new ArrayList<>();
        ArrayDeque<Map.Entry<byte[], Node>> open = new ArrayDeque<>();
        open.add(Map.entry(root.label, root));
        while (!open.isEmpty()) {
            byte[] prefix = open.peek().getKey();
            Node node = open.poll().getValue();
            Node[] children = node.children;
            if (node.members.length > 0 || cover.size() + open.size() + children.length > max) {
                cover.add(prefix);
            } else {
                for (Node child : children) {
                    open.add(Map.entry(child.withParent(prefix), child));
                }
            }
        }
        return cover;
    }

    /** The number of nodes visited by a match of this topic, below the root; for tests. */
    public int steps(byte[] topic) {
        int steps = 0;
        int at = 0;
        for (Node node = root; node != null && at < topic.length; steps += node == null ? 0 : 1) {
            node = node.child(topic, at);
            at += node == null ? 0 : node.label.length;
        }
        return steps;
    }

    /** The number of subscriptions. */
    public synchronized int size() {
        return size;
    }

    /** The number of nodes below the root; slow, for tests. */
    public synchronized int nodes() {
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

    /** The arrays are replaced and never modified, so that a reader sees each either before or after a change. */
    private static final class Node {
        final byte[] label;
        volatile Node[] children;
        volatile Object[] members;

        Node(byte[] label, Node[] children, Object[] members) {
            this.label = label;
            this.children = children;
            this.members = members;
        }

        /** The index of the child that starts with this byte, or the complement of its insertion point. */
        int indexOf(byte first) {
            return indexOf(children, first);
        }

        /** The child that matches the topic at that position, or null. */
        Node child(byte[] topic, int at) {
            Node[] nodes = children;
            int i = indexOf(nodes, topic[at]);
            return i >= 0 && nodes[i].matches(topic, at) ? nodes[i] : null;
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

        /** Whether the text has this label at that position. */
        boolean matches(byte[] text, int at) {
            int end = at + label.length;
            return end <= text.length && Arrays.equals(label, 0, label.length, text, at, end);
        }

        /** Splits this node in two: a parent with the beginning of the label, and a child with the rest. */
        Node split(int length) {
            Node rest = new Node(Arrays.copyOfRange(label, length, label.length), children, members);
            return new Node(Arrays.copyOf(label, length), new Node[] {rest}, NO_MEMBERS);
        }

        /** Merges this node with its only child. */
        Node merged() {
            Node child = children[0];
            return new Node(child.withParent(label), child.children, child.members);
        }

        /** The label of this node after that of its parent. */
        byte[] withParent(byte[] prefix) {
            byte[] both = Arrays.copyOf(prefix, prefix.length + label.length);
            System.arraycopy(label, 0, both, prefix.length, label.length);
            return both;
        }
    }
}
