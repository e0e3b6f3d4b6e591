package io.datahub.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.Published;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteCacheTest {

    private static final long EPOCH = 1;

    @Test
    void shouldKeepMostRoutesWhereverTheirTopicsDiffer() {
        for (int length = 1; length <= 40; length++) {
            for (int at = 0; at < length; at++) {
                assertThat(kept(topics(length, at)))
                        .as("ten topics of %d bytes that differ at %d", length, at)
                        .isGreaterThan(5);
            }
        }
    }

    @Test
    void shouldFindNoRouteOfAnotherTopicOrEpoch() {
        RouteCache routes = new RouteCache();
        put(routes, "build.begun");
        put(routes, "build.done");
        put(routes, "build.begun");
        assertThat(find(routes, "build.done", EPOCH)).isNotNull();
        assertThat(find(routes, "build.done", EPOCH + 1)).isNull();
        assertThat(find(routes, "build.don", EPOCH)).isNull();
        assertThat(find(routes, "build.dona", EPOCH)).isNull();
        assertThat(find(routes, "build.done1", EPOCH)).isNull();
        assertThat(find(routes, "Build.done", EPOCH)).isNull();
    }

    private static List<String> topics(int length, int at) {
        List<String> topics = new ArrayList<>();
        for (char digit = '0'; digit <= '9'; digit++) {
            topics.add("x".repeat(at) + digit + "x".repeat(length - at - 1));
        }
        return topics;
    }

    private static long kept(List<String> topics) {
        RouteCache routes = new RouteCache();
        put(routes, "");
        topics.forEach(topic -> put(routes, topic));
        return topics.stream()
                .filter(topic -> find(routes, topic, EPOCH) != null)
                .count();
    }

    private static void put(RouteCache routes, String topic) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        routes.put(Route.refused(name, EPOCH, Published.NOT_GRANTED), ByteBuffer.wrap(name), 0, name.length);
    }

    private static Route find(RouteCache routes, String topic, long epoch) {
        byte[] name = ("<" + topic + ">").getBytes(StandardCharsets.UTF_8);
        return routes.find(ByteBuffer.wrap(name), 1, name.length - 1, epoch);
    }
}
