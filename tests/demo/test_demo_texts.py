"""No text of the demo township is told twice, and no sentence in two villages."""

import re
from collections import Counter

from tests.demo.written import SUBJECTS, answers, written_texts

LONGEST_SHARED_ANSWER = 12
SENTENCE = re.compile(r"[^。！？；]+[。！？；]?")


def test_no_two_texts_are_equal():
    repeated = [text for text, count in Counter(text for _, text in written_texts()).items() if count > 1]
    assert repeated == []


def test_no_sentence_is_told_in_two_villages():
    tellers = {}
    for village, text in written_texts():
        for sentence in SENTENCE.findall(text):
            if len(sentence) >= 8:
                tellers.setdefault(sentence, set()).add(village)
    assert [sentence for sentence, villages in tellers.items() if len(villages) > 1] == []


def test_no_run_of_twelve_characters_of_answers_appears_in_two_villages():
    tellers = {}
    for village in SUBJECTS:
        for answer in answers(village):
            for at in range(len(answer) - LONGEST_SHARED_ANSWER + 1):
                tellers.setdefault(answer[at : at + LONGEST_SHARED_ANSWER], set()).add(village)
    assert tellers
    assert [run for run, villages in tellers.items() if len(villages) > 1] == []
