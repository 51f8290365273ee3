import unittest

import same


class Same(unittest.TestCase):
    def test_differences(self):
        self.assertEqual(list(same.differences({"a": "x\ny"}, {"a": "x\ny"})), [])
        self.assertIn("only in one", list(same.differences({"a": "x"}, {}))[0])
        self.assertIn("a:2: 'y' is not 'z'", list(same.differences({"a": "x\ny"}, {"a": "x\nz"}))[0])
        self.assertIn("goes on", list(same.differences({"a": "x\ny"}, {"a": "x"}))[0])
