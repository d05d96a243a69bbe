package io.bookserver.checkpoint;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jboss.logging.Logger;

/**
 * The checkpoint topic on the broker.
 *
 * <p><i>Not thread-safe; confined to one thread. Every call waits for the broker.</i>
 */
final class CheckpointTopic implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CheckpointTopic.class);

    private static final String POLICY = "cleanup.policy";

    /**
     * Only closed segments are compacted, so they are small: a start reads at most one segment per partition in vain.
     */
    private static final Map<String, String> SETTINGS = Map.of(
            POLICY, "compact",
            "segment.bytes", Integer.toString(16 * 1024 * 1024),
            "segment.ms", "600000",
            "min.cleanable.dirty.ratio", "0.3");

    private final Admin admin;
    private final String name;

    CheckpointTopic(KafkaClients clients, String name) {
        this.admin = clients.admin();
        this.name = name;
    }

    String name() {
        return name;
    }

    /**
     * Its id and partitions; empty if the topic does not exist.
     *
     * @throws KafkaException if the broker does not answer
     */
    Optional<TopicDescription> describe() {
        try {
            return Optional.of(admin.describeTopics(List.of(name)).topicNameValues().get(name).get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw new KafkaException("cannot describe topic=" + name, e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * Creates the topic if it is missing, with the broker's default replication factor, and adds missing partitions.
     *
     * @throws KafkaException if the broker refuses
     */
    void haveAtLeast(int partitions) {
        int there = describe().map(topic -> topic.partitions().size()).orElse(0);
        if (there == 0) {
            done(() -> admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())
                    .configs(SETTINGS))).all().get());
            LOG.infof("checkpoint topic created topic=%s partitions=%d", name, partitions);
        } else if (there < partitions) {
            done(() -> admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all().get());
            LOG.infof("partitions added to the checkpoint topic topic=%s partitions=%d", name, partitions);
        }
    }

    /**
     * Makes the topic a compacted one if it is not: a broker that creates topics by itself may have been first. With
     * retention it would lose the markets that do not change.
     */
    void haveCompacted() {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        try {
            String policy = admin.describeConfigs(List.of(resource)).all().get().get(resource).get(POLICY).value();
            if (policy.equals(SETTINGS.get(POLICY))) {
                return;
            }
            LOG.errorf("checkpoint topic was not compacted, its settings are corrected topic=%s cleanup.policy=%s", name,
                    policy);
            List<AlterConfigOp> settings = SETTINGS.entrySet().stream()
                    .map(setting -> new ConfigEntry(setting.getKey(), setting.getValue()))
                    .map(setting -> new AlterConfigOp(setting, AlterConfigOp.OpType.SET)).toList();
            admin.incrementalAlterConfigs(Map.of(resource, settings)).all().get();
        } catch (ExecutionException e) {
            // who may write the checkpoints may not be allowed to look at their topic's settings
            LOG.warnf("checkpoint topic=%s settings=unknown cause=\"%s\"", name, e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }

    private interface Work {
        void run() throws ExecutionException, InterruptedException;
    }

    private void done(Work work) {
        try {
            work.run();
        } catch (ExecutionException e) {
            // another instance was first
            if (!(e.getCause() instanceof TopicExistsException) && !(e.getCause() instanceof InvalidPartitionsException)) {
                throw new KafkaException("cannot create topic=" + name, e.getCause());
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
