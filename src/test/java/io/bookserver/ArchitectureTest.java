package io.bookserver;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.netty.channel.Channel;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rules of the packages, one by one. Each lists all packages of this project that a package may use. */
class ArchitectureTest {
    private static final String ROOT = "io.bookserver.";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.bookserver");

    private static final DescribedPredicate<JavaAnnotation<?>> PACKAGED = DescribedPredicate.describe(
            "@Tag(\"packaged\")", annotation -> annotation.getRawType().isEquivalentTo(Tag.class)
                    && annotation.get("value").filter("packaged"::equals).isPresent());

    /** The domain can be tested, read and replaced without a format, a broker or a server. */
    @Test
    void book_usesTheJdkAndOneScopeAnnotation() {
        classes().that().resideInAPackage(ROOT + "book").should().onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + "book", "java..", "jakarta.enterprise.context").check(MAIN);
    }

    /** The exchange's format is independent of the transport. */
    @Test
    void kalshi_usesBooksAndJacksonsStreamingCore() {
        classes().that().resideInAPackage(ROOT + "kalshi").should().onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + "kalshi", ROOT + "book", "java..", "com.fasterxml.jackson.core..").check(MAIN);
    }

    /** Any package with a part of the status document may use it, so it uses none. */
    @Test
    void status_usesTheJsonWriter() {
        uses("status", "kalshi");
    }

    /** Keys and rates apply to REST and WebSocket alike. */
    @Test
    void access_usesNothingOfOurs() {
        uses("access");
    }

    /** It knows channels, and nothing of what is sent through them. */
    @Test
    void transport_usesNothingOfOurs() {
        uses("transport");
    }

    /** What an upgrade of the framework may change is used in one class, with a test that notices. */
    @Test
    void frameworksInternals_areUsedInOneClass() {
        noClasses().that().doNotHaveFullyQualifiedName(ROOT + "transport.FrameworkInternals").should().dependOnClassesThat(
                resideInAnyPackage("io.vertx.core.impl..", "io.vertx.core.*.impl..", "io.quarkus.vertx.utils..")
                        .or(assignableTo(Channel.Unsafe.class))).check(MAIN);
    }

    /** It is below the edges: ingest starts with the books that it restores. */
    @Test
    void checkpoint_usesBooks() {
        uses("checkpoint", "book");
    }

    /** The only edge that writes books. */
    @Test
    void ingest_usesBooksTheFormatAndCheckpoints() {
        uses("ingest", "book", "kalshi", "checkpoint", "status");
    }

    /** REST reads books. It asks {@code book.Completeness}, never ingest, whether they are complete. */
    @Test
    void query_usesBooksTheFormatAccessAndTransport() {
        uses("query", "book", "kalshi", "access", "status", "transport");
    }

    /** So does WebSocket; the two share no class. */
    @Test
    void stream_usesBooksTheFormatAccessAndTransport() {
        uses("stream", "book", "kalshi", "access", "status", "transport");
    }

    /** Changes of markets without a record, and snapshot requests: both use only books and listeners. */
    @Test
    void upkeepAndResync_useBooks() {
        uses("upkeep", "book");
        uses("resync", "book");
    }

    /** The shared part of all feeds uses none of them. */
    @Test
    void feed_usesTheJsonWriter() {
        uses("feed", "kalshi");
    }

    /** A feed can be left out of a build. Only the connector reads books: it audits them. */
    @Test
    void feeds_neverUseEachOther_andOnlyTheConnectorUsesBooks() {
        SlicesRuleDefinition.slices().matching(ROOT + "feed.(*)").should().notDependOnEachOther().check(MAIN);
        uses("feed.replay", "feed", "kalshi");
        uses("feed.simulator", "feed", "kalshi");
        uses("feed.exchange", "feed", "kalshi", "book", "status");
    }

    /** The start of the process and dev mode's broker are separate from everything else. */
    @Test
    void hostAndDevBroker_useNothingOfOurs() {
        uses("host");
        uses("devbroker");
    }

    /** Kafka's server is not a dependency of the packaged application. */
    @Test
    void kafkasServer_isUsedByTheDevBrokerOnly() {
        noClasses().that().resideOutsideOfPackage(ROOT + "devbroker").should().dependOnClassesThat()
                .resideInAnyPackage("kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..").check(MAIN);
    }

    /** Packages that answer clients know no topic. */
    @Test
    void queryAndStream_knowNoKafka() {
        noClasses().that().resideInAnyPackage(ROOT + "query", ROOT + "stream").should().dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..", "io.smallrye.reactive.messaging..").check(MAIN);
    }

    /** Packages that read or write topics know no request. */
    @Test
    void onlyQueryAndStream_answerHttp() {
        noClasses().that().resideOutsideOfPackages(ROOT + "query", ROOT + "stream").should().dependOnClassesThat()
                .resideInAnyPackage("jakarta.ws.rs..", "io.vertx.ext.web..", "io.quarkus.websockets..").check(MAIN);
    }

    /** Otherwise they would run in the wrong one of two test runs, which Quarkus does not allow to mix. */
    @Test
    void testsOfThePackage_areNamedAndTaggedSo() {
        JavaClasses all = new ClassFileImporter().importPackages("io.bookserver");
        classes().that().areAnnotatedWith(QuarkusIntegrationTest.class)
                .should().haveNameMatching(".*\\.Packaged\\w+IT").andShould().beAnnotatedWith(PACKAGED).check(all);
        noClasses().that().areNotAnnotatedWith(QuarkusIntegrationTest.class).should().haveNameMatching(".*\\.Packaged\\w+IT")
                .orShould().beAnnotatedWith(PACKAGED).check(all);
    }

    /** Of all packages of this project, the given one may use only these and itself. */
    private static void uses(String room, String... others) {
        String[] allowed = Stream.concat(Stream.of(room), Stream.of(others)).map(ROOT::concat).toArray(String[]::new);
        noClasses().that().resideInAPackage(ROOT + room).should().dependOnClassesThat(
                resideInAPackage("io.bookserver..").and(not(resideInAnyPackage(allowed)))).check(MAIN);
    }
}
