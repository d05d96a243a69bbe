package io.bookserver.ingest;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jboss.logging.Logger;

/**
 * The broker's view of the topic: its id, and where its partitions begin and end. It has its own connection, with the
 * consumers' settings, so that no poll waits for it.
 *
 * <p><i>Thread-safe; every call waits for the broker, at most {@code orderbook.ingest.broker-timeout}.</i>
 */
@ApplicationScoped
class TopicLog {
    private static final Logger LOG = Logger.getLogger(TopicLog.class);

    private final KafkaClientService clients;
    private final Duration timeout;
    private Admin admin;
    private boolean closed;

    TopicLog(KafkaClientService clients, IngestConfig config) {
        this.clients = clients;
        this.timeout = config.brokerTimeout();
    }

    void stop(@Observes ShutdownEvent event) {
        synchronized (this) {
            closed = true;
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
        }
    }

    /** The topic's id and partitions; empty if the broker does not answer. */
    Optional<TopicDescription> describe(String topic) {
        return ask(broker -> broker.describeTopics(List.of(topic)).topicNameValues().get(topic));
    }

    /** The topic's id. A topic that is deleted and created again has another one. */
    Optional<Uuid> topicId(String topic) {
        return describe(topic).map(TopicDescription::topicId);
    }

    /** The first offset that is still in the log. */
    OptionalLong start(TopicPartition partition) {
        return one(offsets(List.of(partition), OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED), partition);
    }

    /** The end of everything published. */
    OptionalLong end(TopicPartition partition) {
        return one(offsets(List.of(partition), OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED), partition);
    }

    /** The ends of what can be read; open transactions follow them. Empty if the broker does not answer. */
    Map<TopicPartition, Long> lastStableOffsets(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    }

    /** The ends of everything published. Empty if the broker does not answer. */
    Map<TopicPartition, Long> highWatermarks(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    }

    private Map<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation) {
        Map<TopicPartition, OffsetSpec> question =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        ask(broker -> broker.listOffsets(question, new ListOffsetsOptions(isolation)).all())
                .ifPresent(found -> found.forEach((partition, info) -> offsets.put(partition, info.offset())));
        return offsets;
    }

    private static OptionalLong one(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        Long offset = offsets.get(partition);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    private <T> Optional<T> ask(Function<Admin, KafkaFuture<T>> question) {
        try {
            Optional<Admin> broker = broker();
            return broker.isEmpty() ? Optional.empty()
                    : Optional.of(question.apply(broker.get()).get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debugf(e, "the broker does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private synchronized Optional<Admin> broker() {
        if (admin == null && !closed) {
            consumerSettings().ifPresent(settings -> admin = Admin.create(settings));
        }
        return Optional.ofNullable(admin);
    }

    private Optional<Map<String, Object>> consumerSettings() {
        return clients.getConsumerChannels().stream().filter(channel -> channel.startsWith(MarketDataConsumer.CHANNEL))
                .findFirst().map(channel -> {
                    Map<String, Object> settings = new HashMap<>(clients.getConsumers(channel).get(0).configuration());
                    settings.keySet().retainAll(AdminClientConfig.configNames());
                    settings.merge(AdminClientConfig.CLIENT_ID_CONFIG, "-log", (id, suffix) -> id + "" + suffix);
                    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
                    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
                    return settings;
                });
    }
}
