"""What figures are taken together, and how they are judged. Rates are per second."""

from dataclasses import dataclass

from . import data


@dataclass(frozen=True)
class Row:
    """One line of the table.

    :param str work: what is done
    :param str against: what it is compared with
    :param str ours: name of our figure in the group's rounds
    :param peer: name of the peer's figure, ``None`` when our figure stands for itself
    :param str sense: ``>=`` when more is better, ``<=`` when less is
    :param float reach: the ratio, or our figure, that is to be reached
    """

    work: str
    against: str
    ours: str
    peer: str | None
    sense: str
    reach: float


class Group:
    """Figures that are taken together.

    :cvar str name: for ``bin/bench --only``
    :cvar rows: list of :class:`Row`
    :cvar rounds: how often, ``None`` for as often as asked for
    """

    name = ""
    rows = ()
    rounds = None

    def __init__(self, place):
        self.place = place

    def set_up(self):
        """Make the data. Not measured."""

    def tear_down(self):
        """End what :meth:`set_up` started."""

    def round(self):
        """Take each figure once.

        :returns: dict from figure to number
        """
        raise NotImplementedError

    def rate(self, database, count, job, **values):
        """Run a job that handles ``count`` texts and check at Twilio that it did.

        :returns: texts per second, and the job's answer
        """
        worker = self.place.worker(database)
        before = self.place.simulator.control("/control/stats")["created"]
        answer = worker.run(job, **values)
        created = self.place.simulator.control("/control/stats")["created"] - before
        if created != count:
            raise RuntimeError(f"{job}: {created} of {count} texts arrived")
        return count / answer["seconds"], answer

    def ours(self, count):
        """Drain ``count`` texts by our queue.

        :returns: texts per second, and the job's answer
        """
        with self.place.ours.cursor() as cursor:
            data.queued(cursor, count)
        return self.rate(self.place.ours, count, "drain")

    def core(self, count, batch):
        """Drain ``count`` texts by Odoo's own queue.

        :param int batch: texts a batch, 10 is the default of sms_twilio
        :returns: texts per second
        """
        with self.place.core.cursor() as cursor:
            data.set_parameter(cursor, "sms_twilio.session.batch.size", str(batch))
            data.core_queued(cursor, count)
        return self.rate(self.place.core, count, "core_drain")[0]

    def concurrency(self, number):
        """Have so many texts on their way at once."""
        with self.place.ours.cursor() as cursor:
            data.set_parameter(cursor, "hr_recruitment_texting.concurrency", str(number))

    def make_threads(self, applicants, threads):
        """Make applicants and threads, once, in our database."""
        with self.place.ours.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM hr_sms_thread WHERE number LIKE '+1202%'")
            if cursor.fetchone()[0] < threads:
                data.applicants(cursor, applicants)
                data.threads(cursor, threads)
                data.analyze(cursor)
