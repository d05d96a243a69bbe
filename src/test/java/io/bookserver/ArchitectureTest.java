package io.bookserver;

import static com.tngtech.archunit.base.DescribedPredicate.not;
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
import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rooms of the house and the one direction in which data walk through them. */
class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.bookserver");

    private static final DescribedPredicate<JavaAnnotation<?>> PACKAGED = DescribedPredicate.describe(
            "@Tag(\"packaged\")", annotation -> annotation.getRawType().isEquivalentTo(Tag.class)
                    && annotation.get("value").filter("packaged"::equals).isPresent());

    @Test
    void book_knowsTheJdkAndOneScope() {
        classes().that().resideInAPackage("io.bookserver.book").should().onlyDependOnClassesThat()
                .resideInAnyPackage("io.bookserver.book", "java..", "jakarta.enterprise.context").check(MAIN);
    }

    @Test
    void kalshi_knowsBooksAndJackson_andNothingOfTransport() {
        classes().that().resideInAPackage("io.bookserver.kalshi").should().onlyDependOnClassesThat()
                .resideInAnyPackage("io.bookserver.kalshi", "io.bookserver.book", "java..",
                        "com.fasterxml.jackson.core..").check(MAIN);
    }

    /** It stands below the edges: ingest begins with what it restores. */
    @Test
    void checkpoint_knowsBooksAndKafkasClients_andNoEdge() {
        noClasses().that().resideInAPackage("io.bookserver.checkpoint").should().dependOnClassesThat(
                resideInAPackage("io.bookserver..").and(not(resideInAnyPackage(
                        "io.bookserver.checkpoint", "io.bookserver.book")))).check(MAIN);
    }

    @Test
    void edges_neverKnowEachOther() {
        String[] edges = {"ingest", "query", "stream", "feed", "devbroker", "upkeep", "host", "resync"};
        for (String edge : edges) {
            for (String other : edges) {
                if (!edge.equals(other)) {
                    noClasses().that().resideInAPackage("io.bookserver." + edge + "..").should().dependOnClassesThat()
                            .resideInAPackage("io.bookserver." + other + "..").check(MAIN);
                }
            }
        }
    }

    /** What they share lies above them and knows none of them. */
    @Test
    void feeds_neverKnowEachOther() {
        String feed = "io.bookserver.feed";
        noClasses().that().resideInAPackage(feed).should().dependOnClassesThat().resideInAPackage(feed + ".*").check(MAIN);
        SlicesRuleDefinition.slices().matching(feed + ".(*)").should().notDependOnEachOther().check(MAIN);
    }

    @Test
    void host_knowsNothingOfBooks() {
        noClasses().that().resideInAPackage("io.bookserver.host").should().dependOnClassesThat()
                .resideInAnyPackage("io.bookserver.book", "io.bookserver.kalshi").check(MAIN);
    }

    @Test
    void groundFloors_knowNoEdge() {
        noClasses().that().resideInAnyPackage("io.bookserver.access", "io.bookserver.status").should()
                .dependOnClassesThat().resideInAnyPackage("io.bookserver.ingest", "io.bookserver.query",
                        "io.bookserver.stream", "io.bookserver.feed..", "io.bookserver.devbroker").check(MAIN);
    }

    @Test
    void kafkasServer_isKnownToTheDevBrokerOnly() {
        noClasses().that().resideOutsideOfPackage("io.bookserver.devbroker").should().dependOnClassesThat()
                .resideInAnyPackage("kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..").check(MAIN);
    }

    /** Else they would run in the wrong one of two runs, which Quarkus forbids to mix. */
    @Test
    void testsOfThePackage_areNamedAndTaggedSo() {
        JavaClasses all = new ClassFileImporter().importPackages("io.bookserver");
        classes().that().areAnnotatedWith(QuarkusIntegrationTest.class)
                .should().haveNameMatching(".*\\.Packaged\\w+IT").andShould().beAnnotatedWith(PACKAGED).check(all);
        noClasses().that().areNotAnnotatedWith(QuarkusIntegrationTest.class).should().haveNameMatching(".*\\.Packaged\\w+IT")
                .orShould().beAnnotatedWith(PACKAGED).check(all);
    }
}
