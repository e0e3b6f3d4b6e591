package io.datahub.websocket;

import io.datahub.api.event.EventRun;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryHistory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Creates records: their events are appended to a history and announced, like those of the store. */
final class FileEvents {

    final MemoryHistory history = new MemoryHistory();
    final List<String> created = new CopyOnWriteArrayList<>();
    private final MemoryBroker broker;

    FileEvents(MemoryBroker broker) {
        this.broker = broker;
    }

    synchronized void create(String path) {
        String topic = "file.created/" + path;
        String id = "e1-" + (created.size() + 1);
        String json = "{\"specversion\":\"1.0\",\"data\":{\"path\":\"" + path + "\"},\"id\":\"" + id + "\"}";
        EventRun event = history.append("", topic, json);
        created.add(path);
        broker.announce(event.cursor().orElseThrow(), topic, json.getBytes(StandardCharsets.UTF_8));
    }
}
