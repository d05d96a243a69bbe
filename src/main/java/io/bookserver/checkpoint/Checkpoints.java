package io.bookserver.checkpoint;

import io.bookserver.book.BookRegistry;
import io.bookserver.checkpoint.CheckpointConfig.Mode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Restores the books at a start. Each partition's checkpoint is read on its own thread and, if usable, restored into
 * the registry, before any record is applied. Records are read only after all partitions are restored, since a market
 * may be in two partitions.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
public class Checkpoints {
    private static final Logger LOG = Logger.getLogger(Checkpoints.class);

    private final BookRegistry registry;
    private final CheckpointConfig config;
    private final CheckpointMetrics metrics;
    private final KafkaClients clients;
    private final CheckpointReader reader;
    private final Map<Integer, RestoredPartition> restored = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final AtomicLong booksRestored = new AtomicLong();
    private boolean begun;

    @Inject
    Checkpoints(BookRegistry registry, CheckpointConfig config, CheckpointMetrics metrics, Config application) {
        this(registry, config, metrics, clients(application));
    }

    Checkpoints(BookRegistry registry, CheckpointConfig config, CheckpointMetrics metrics, KafkaClients clients) {
        this.registry = registry;
        this.config = config;
        this.metrics = metrics;
        this.clients = clients;
        this.reader = new CheckpointReader(clients, config.readTimeout());
        if (isOff()) {
            over.complete(null);
        }
    }

    /** Clients with the application's settings, some of which are known only when the clients are created. */
    static KafkaClients clients(Config application) {
        return new KafkaClients(known -> {
            Map<String, Object> settings = new HashMap<>();
            known.forEach(name -> application.getOptionalValue("kafka." + name, String.class)
                    .ifPresent(value -> settings.put(name, value)));
            return settings;
        });
    }

    /** Whether checkpoints are not used. */
    public boolean isOff() {
        return config.mode() == Mode.OFF;
    }

    /** Whether nothing is left to restore. */
    public boolean isOver() {
        return over.isDone();
    }

    /** Runs the action once everything is restored, on the thread that finished last. */
    public void whenOver(Runnable then) {
        over.thenRun(then);
    }

    /** The number of books restored so far. */
    public long booksRestored() {
        return booksRestored.get();
    }

    /**
     * Where that partition continues; empty if it is to be read from its beginning. Call only after {@link #isOver()}.
     */
    public Optional<RestoredPartition> partition(int number) {
        return Optional.ofNullable(restored.get(number));
    }

    /**
     * Starts to restore the books of that topic; only the first call has an effect.
     *
     * @param topicId the topic's id; a checkpoint of another topic is not used
     * @param partitionCount the topic's number of partitions
     */
    public synchronized void restore(String ofTopic, Uuid topicId, int partitionCount) {
        if (begun || isOver()) {
            return;
        }
        begun = true;
        ExecutorService threads = Executors.newFixedThreadPool(
                1 + Math.min(partitionCount, Runtime.getRuntime().availableProcessors()), Checkpoints::thread);
        threads.execute(() -> {
            try {
                restoreAll(ofTopic, topicId, partitionCount, threads);
            } finally {
                threads.shutdown();
                over.complete(null);
            }
        });
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "checkpoint-reader");
        thread.setDaemon(true);
        return thread;
    }

    private void restoreAll(String ofTopic, Uuid topicId, int partitionCount, ExecutorService threads) {
        long beganNanos = System.nanoTime();
        Optional<TopicDescription> topic = topic(partitionCount);
        int partitions = topic.map(found -> found.partitions().size()).orElse(0);
        List<CompletableFuture<Void>> reading = new ArrayList<>();
        for (int number = 0; number < partitionCount; number++) {
            TopicPartition source = new TopicPartition(ofTopic, number);
            if (number < partitions) {
                reading.add(CompletableFuture.runAsync(() -> restoreGuarded(
                        source, topic.orElseThrow().topicId(), topicId, partitionCount), threads));
            } else {
                metrics.started(Usability.ABSENT, 0);
            }
        }
        reading.forEach(CompletableFuture::join);
        LOG.infof("books restored from checkpoints topic=%s partitions=%d of=%d books=%d ms=%d", config.topic(),
                restored.size(), partitionCount, booksRestored.get(), (System.nanoTime() - beganNanos) / 1_000_000);
    }

    /** The topic as it is now; then creates it, or adds partitions, if necessary. */
    private Optional<TopicDescription> topic(int partitionCount) {
        try (CheckpointTopic topic = new CheckpointTopic(clients, config.topic())) {
            Optional<TopicDescription> there = topic.describe();
            if (config.mode() == Mode.WRITE) {
                topic.haveAtLeast(partitionCount);
            }
            return there;
        } catch (RuntimeException e) {
            LOG.warnf(e instanceof KafkaException ? null : e, "checkpoints not used topic=%s reason=%s cause=\"%s\"", config.topic(),
                    Usability.UNREADABLE.wireName(), e);
            return Optional.empty();
        }
    }

    private void restoreGuarded(TopicPartition source, Uuid checkpointId, Uuid topicId, int partitionCount) {
        Usability usability;
        String why;
        try {
            restore(source, checkpointId, topicId, partitionCount);
            return;
        } catch (UnusableException e) {
            usability = e.why();
            why = e.getMessage();
        } catch (RuntimeException | LinkageError e) {
            usability = Usability.UNREADABLE;
            why = e.toString();
        }
        metrics.started(usability, 0);
        LOG.logf(usability == Usability.ABSENT ? Logger.Level.INFO : Logger.Level.WARN,
                "checkpoint not used, the partition is read from its beginning partition=%s reason=%s: %s",
                source, usability.wireName(), why);
    }

    private void restore(TopicPartition source, Uuid checkpointId, Uuid topicId, int partitionCount)
            throws UnusableException {
        PartitionContent content = reader.read(new TopicPartition(config.topic(), source.partition()));
        // queried after the read, since another server may continue to write
        content.requireUsable(checkpointId, topicId, partitionCount, reader.end(source));
        Marker marker = content.marker().orElseThrow();
        registry.firstVersionIsAtLeast(marker.firstVersion());
        marker.connections().stream().filter(connection -> !connection.up())
                .forEach(connection -> registry.connectionWasDown(source.partition(), connection.number()));
        content.markets().forEach(market -> registry.restore(market.state()));
        booksRestored.addAndGet(content.markets().size());
        restored.put(source.partition(), new RestoredPartition(content));
        metrics.started(Usability.USED, content.markets().size());
        LOG.infof("checkpoint restored partition=%s books=%d read_from=%d", source, content.markets().size(),
                marker.readFrom());
    }
}
