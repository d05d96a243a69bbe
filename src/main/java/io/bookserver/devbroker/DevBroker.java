package io.bookserver.devbroker;

import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.ConfigValue;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The broker of dev mode. It is started before anything connects, unless {@code kafka.bootstrap.servers} was configured
 * outside {@code application.properties}. It survives a live reload and ends with the JVM. Its data are below
 * {@code target/}, and the next start removes them.
 *
 * <p><i>Not thread-safe; confined to the start of the application.</i>
 */
@IfBuildProfile("dev")
@ApplicationScoped
class DevBroker {
    private static final Logger LOG = Logger.getLogger(DevBroker.class);
    private static final String BOOTSTRAP = "kafka.bootstrap.servers";
    /** Survives a live reload, unlike any object of this class. */
    private static final String RUNNING = "orderbook.dev-broker";

    private static final int APPLICATION_PROPERTIES_ORDINAL = 250;
    private static final String FOLDER_PREFIX = "dev-broker-";

    private final String topic;
    private final String deadLetterTopic;
    private final String resyncTopic;

    DevBroker(
            @ConfigProperty(name = "orderbook.topic") String topic,
            @ConfigProperty(name = "orderbook.dead-letter-topic") String deadLetterTopic,
            @ConfigProperty(name = "orderbook.resync.topic") String resyncTopic) {
        this.topic = topic;
        this.deadLetterTopic = deadLetterTopic;
        this.resyncTopic = resyncTopic;
    }

    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        String running = System.getProperty(RUNNING);
        if (running != null && answers(running)) {
            LOG.infof("embedded broker is still running bootstrap_servers=%s", running);
            return;
        }
        ConfigValue configured = ConfigProvider.getConfig().getConfigValue(BOOTSTRAP);
        if (running == null && configured.getSourceOrdinal() > APPLICATION_PROPERTIES_ORDINAL) {
            LOG.infof("using the configured broker, no embedded broker started bootstrap_servers=%s",
                    configured.getValue());
            return;
        }
        removeRemains();
        Path folder = Path.of("target", FOLDER_PREFIX + ProcessHandle.current().pid());
        EmbeddedBroker broker = EmbeddedBroker.start(folder.toAbsolutePath(), EmbeddedBroker.freePort());
        // half an hour of simulated markets in segments of minutes: the disk does not fill up during development
        broker.createTopic(topic, 4, Map.of("retention.ms", "1800000", "segment.ms", "300000"));
        broker.createTopic(resyncTopic, 4, Map.of("retention.ms", "1800000", "segment.ms", "300000"));
        broker.createTopic(deadLetterTopic, 1, Map.of("retention.ms", "1800000", "segment.ms", "300000"));
        System.setProperty(BOOTSTRAP, broker.bootstrapServers());
        System.setProperty(RUNNING, broker.bootstrapServers());
        LOG.infof("embedded broker started bootstrap_servers=%s", broker.bootstrapServers());
    }

    private static boolean answers(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.describeCluster().nodes().get(5, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Removes data of brokers whose processes have ended. */
    private static void removeRemains() {
        Path target = Path.of("target");
        if (!Files.isDirectory(target)) {
            return;
        }
        try (Stream<Path> entries = Files.list(target)) {
            entries.filter(DevBroker::isOfADeadProcess).toList().forEach(EmbeddedBroker::deleteTree);
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf(e, "data of an earlier broker could not be deleted folder=%s", target.toAbsolutePath());
        }
    }

    private static boolean isOfADeadProcess(Path folder) {
        String name = folder.getFileName().toString();
        return name.matches(FOLDER_PREFIX + "\\d{1,9}")
                && ProcessHandle.of(Long.parseLong(name.substring(FOLDER_PREFIX.length()))).isEmpty();
    }
}
