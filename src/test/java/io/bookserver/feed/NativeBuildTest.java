package io.bookserver.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookserver.testkit.BrokerResource;
import io.quarkus.arc.InjectableBean;
import io.quarkus.arc.impl.ArcContainerImpl;
import io.quarkus.runtime.ImageMode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The application as built for an executable, run in this JVM: which beans exist. */
@QuarkusTest
@TestProfile(NativeBuildTest.BuiltForNative.class)
@WithTestResource(BrokerResource.class)
class NativeBuildTest {
    /** What {@code -Dnative} sets. */
    public static class BuiltForNative implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.native.enabled", "true");
        }
    }

    /** This JVM runs what was built for an executable, so it has its feeds; the broker is in no package. */
    @Test
    void nativeBuild_hasFeeds_andNoBroker() {
        Set<String> classes = ArcContainerImpl.instance().getBeans().stream().map(InjectableBean::getBeanClass).map(Class::getName)
                .filter(name -> name.startsWith("io.bookserver.") && !name.endsWith("Test")).collect(Collectors.toSet());
        assertThat(classes).contains("io.bookserver.book.BookRegistry", "io.bookserver.stream.FanOut",
                FeedStarter.class.getName(), "io.bookserver.feed.exchange.ExchangeSource");
        assertThat(classes).noneMatch(name -> name.startsWith("io.bookserver.devbroker."));
    }

    @Test
    void feedThatMakesUpMarkets_isRefusedByAnExecutableAlone() {
        starter("none").check(ImageMode.NATIVE_RUN);
        starter("exchange").check(ImageMode.NATIVE_RUN);
        starter("simulator").check(ImageMode.JVM);
        assertThatThrownBy(() -> starter("simulator").check(ImageMode.NATIVE_RUN))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("orderbook.feed.mode=simulator");
    }

    private static FeedStarter starter(String mode) {
        return new FeedStarter(config(mode), List.of());
    }

    private static FeedConfig config(String mode) {
        return new SmallRyeConfigBuilder().withMapping(FeedConfig.class)
                .withDefaultValue("orderbook.feed.mode", mode).build().getConfigMapping(FeedConfig.class);
    }
}
