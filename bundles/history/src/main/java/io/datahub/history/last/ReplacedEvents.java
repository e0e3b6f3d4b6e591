package io.datahub.history.last;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was replaced by events that may still be refused. Guarded by the lock of whoever appends. */
final class ReplacedEvents {

    private final Deque<Replaced> inMemory = new ArrayDeque<>();
    private final List<Replaced> onDisk = new ArrayList<>();

    /** Notes what an event has replaced in memory, in the order of their numbers. */
    void addInMemory(Replaced one) {
        inMemory.addLast(one);
    }

    /** Notes what was replaced on disk, in that order. */
    void addOnDisk(List<Replaced> all) {
        onDisk.addAll(all);
    }

    /** Forgets what was replaced by events up to a number: these can't be refused any more. */
    void delivered(long number) {
        while (!inMemory.isEmpty() && inMemory.peekFirst().number() <= number) {
            inMemory.removeFirst();
        }
        onDisk.removeIf(one -> one.number() <= number);
    }

    /** Takes what was replaced by events from a number on, which are refused: by prefix of the rule and topic. */
    Map<String, Map<String, LastEvent>> takeFrom(long from) {
        delivered(from - 1);
        Map<String, Map<String, LastEvent>> taken = new HashMap<>();
        for (Iterable<Replaced> all : List.of(inMemory, onDisk)) { // what was in memory is newer
            for (Replaced one : all) {
                if (one.before().number() < from) {
                    taken.computeIfAbsent(one.prefix(), key -> new LinkedHashMap<>())
                            .putIfAbsent(one.before().topic(), one.before());
                }
            }
        }
        inMemory.clear();
        onDisk.clear();
        return taken;
    }
}
